"""Kernels of thin matrices, k x r with few columns: nothing of the size k x k is ever formed.

    program      what such a kernel is, as frozen values            chains       in which order a product is multiplied
    lower        the last lines of theorems as a program            promised     which theorems promise which kernels
    prose        what their reader is told
"""
