"""What owners and admins set on the screens, one file a kind of thing; every change is audited in its transaction."""
