"""Tills in a storm: networks, clocks, servers and databases that fail, for as long as one likes."""
