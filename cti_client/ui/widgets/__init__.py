"""Small pieces both windows are made of; one class a file, none knows the desk."""
