"""Define the declarative base: constraint names by convention, shared column types."""

import uuid
from enum import StrEnum
from typing import Annotated

from sqlalchemy import BigInteger, Identity, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Uid = Annotated[uuid.UUID, mapped_column(Uuid, default=uuid.uuid4, unique=True)]


class Base(DeclarativeBase):
    """Base of all models; integers are BIGINT."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {int: BigInteger}


def one_of(column: str, values: type[StrEnum]) -> str:
    """Return SQL of a check constraint that admits only the values of a closed set."""
    return f"{column} IN ({', '.join(repr(str(v)) for v in values)})"
