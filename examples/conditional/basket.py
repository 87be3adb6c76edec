"""A shop's basket: what the pipeline tests and deploys. Prices are in cents."""


class Basket:
    def __init__(self) -> None:
        self.items: list[tuple[str, int]] = []

    def add(self, name: str, price: int, quantity: int = 1) -> None:
        if quantity < 1:
            raise ValueError("a quantity is at least 1")
        for _ in range(quantity):
            self.items.append((name, price))

    def total(self) -> int:
        return sum(price for _, price in self.items)

    def shipping(self) -> int:
        if not self.items:
            return 0
        if self.total() >= 5000:
            return 0
        return 490

    def receipt(self) -> str:
        lines = [f"{name} {price / 100:.2f}" for name, price in self.items]
        lines.append(f"total {self.total() / 100:.2f}")
        return "\n".join(lines)
