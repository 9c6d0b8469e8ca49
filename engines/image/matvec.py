"""A matrix times a few columns, on the caller's thread alone.

NumPy's BLAS would wake a thread on each core for it, and those then wait in loops for tens of milliseconds: a live
stream that multiplies in each frame keeps every core busy (see the ledger). Knows numbers.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True, fastmath=True)
def matvec(matrix: NDArray[np.float32], columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, K): `matrix` (N, M), in C order, times `columns` (M, K). float32; sums in any order."""
    turned = columns.T.copy()
    product = np.empty((matrix.shape[0], columns.shape[1]), np.float32)
    for row in range(matrix.shape[0]):
        for column in range(columns.shape[1]):
            total = np.float32(0)
            for n in range(matrix.shape[1]):
                total += matrix[row, n] * turned[column, n]
            product[row, column] = total
    return product
