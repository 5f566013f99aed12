"""The screens on which owners and admins set what all agents work with (F4)."""
