from fujita.httputil.request_state cimport RequestState
from fujita.web.base cimport HandlerBase
