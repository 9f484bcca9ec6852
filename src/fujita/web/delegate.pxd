cimport cython

from fujita.tasks cimport Pool, call, pool_of, start
from fujita.web.base cimport HandlerBase

@cython.locals(pool=Pool)
cpdef run(HandlerBase handler, path_args, path_kwargs)
