"""How good a swapped picture is: measures, outside networks, annotations."""
