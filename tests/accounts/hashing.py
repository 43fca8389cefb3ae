"""A hasher that counts its work, which is what takes time where somebody signs in."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class CountingHasher(PBKDF2PasswordHasher):
    iterations = 1_000
    hashed: list[int] = []  # the iterations of each call

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        self.hashed.append(iterations or self.iterations)
        return super().encode(password, salt, iterations)
