"""Who can reach what: sets of packets through filters, routes and the firewalls of services."""
