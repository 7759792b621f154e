/* Similar requests, shown while somebody writes. */
