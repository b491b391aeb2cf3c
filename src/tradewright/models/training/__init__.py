"""How training goes on, when it stops and what it survives: rules, and the port through which it is kept."""
