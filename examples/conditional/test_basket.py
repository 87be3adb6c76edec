import unittest

from basket import Basket


class BasketTest(unittest.TestCase):
    def test_adds_up(self) -> None:
        basket = Basket()
        basket.add("tea", 450, quantity=2)
        basket.add("cup", 1200)
        self.assertEqual(basket.total(), 2100)

    def test_refuses_less_than_one(self) -> None:
        with self.assertRaises(ValueError):
            Basket().add("tea", 450, quantity=0)

    def test_ships_large_orders_for_nothing(self) -> None:
        basket = Basket()
        basket.add("kettle", 6900)
        self.assertEqual(basket.shipping(), 0)

    def test_charges_small_orders(self) -> None:
        basket = Basket()
        basket.add("cup", 1200)
        self.assertEqual(basket.shipping(), 490)

    def test_writes_a_receipt(self) -> None:
        basket = Basket()
        basket.add("tea", 450)
        self.assertEqual(basket.receipt(), "tea 4.50\ntotal 4.50")
