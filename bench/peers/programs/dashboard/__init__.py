"""A dashboard of positions in Django and Django REST framework, on the bench's own tables.

It is what a competent developer writes: related rows prefetched, persistent connections, cached
templates, no middleware that is not needed. It has neither accounts nor versions.
"""
