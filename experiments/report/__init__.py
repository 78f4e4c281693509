"""What an experiment has shown so far, in numbers and in words, and what is done about it.

gathering (rows, for many experiments at once) → composing (numbers, pure) → deciding (the verdict, pure) → refreshing
(stores them) → guard (acts). Pages read what is stored: they compute nothing and import no scipy.
"""
