"""Kernels of whole matrices: solves with triangular factors, then a sum over rows.

    program      what such a kernel is, as frozen values            lower        a theorem's last line as a program
    promised     which theorems promise which kernels               prose        what their reader is told
"""
