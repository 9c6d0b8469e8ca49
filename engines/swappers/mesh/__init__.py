"""The mesh swapper: no third party's weights, no GPU."""
