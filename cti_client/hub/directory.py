"""Address lookup as configured (A4): the hub's own contacts and HTTP directories, each asked by name."""
