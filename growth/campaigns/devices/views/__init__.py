"""Pages and endpoints of members' messages, by who asks for them."""
