"""How members are reached and how they stop it: devices, consent, quiet hours, and the links of messages."""
