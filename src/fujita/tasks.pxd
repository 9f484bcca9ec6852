cimport cython

cdef class _Lent:
    cdef public object running
    cdef public object awaited
    cdef public object context
    cdef public bint over

cdef class Pool:
    cdef public _Lent lent
    cdef public object task

cpdef Pool pool_of(loop)
cpdef start(running, loop, Pool pool, context=*)
cpdef call(tuple step, loop, Pool pool, context=*)

@cython.locals(lent=_Lent)
cdef _lend(tuple step, running, loop, Pool pool, context)
