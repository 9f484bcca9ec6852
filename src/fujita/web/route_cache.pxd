cimport cython

cdef class RouteCache:
    cdef object _by_host
    cdef object _changes
    cdef object _router_class
    cdef readonly dict _routes

    cpdef find(self, application, request)
