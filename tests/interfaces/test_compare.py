"""A comparison that cannot fail would be none: each difference that there can be, planted."""

import unittest

from compare import differences

WRITTEN = """
/// The constructor is called with these arguments:
///
///     constructor(address governor, uint64 delay)
interface IVault {
    event Paid(address indexed account, uint256 amount);
    /// function commented(uint256 out) external;
    error TooMuch(uint256 requested, uint256 available);

    function pay(address account, uint256 amount) external;
    function take(uint256 amount) external payable;
    function owed(address account)
        external
        view
        returns (uint256 amount, uint64 until);
    function run(bytes calldata data) external returns (bool done);
}

interface IVaultItself {
    function rename(address account) external;
}
"""

EXPORTED = """
interface IVault  {
    function pay(address account, uint amount) external;

    function take(uint256 amount) external payable;

    function owed(address account) external view returns (uint256,uint64);

    function run(bytes calldata data) external returns (bool);

    error TooMuch(uint256, uint256);

    error Other(address);
}
"""

CONSTRUCTOR = "constructor(address governor, uint64 delay_secs)\n"


class Compare(unittest.TestCase):
    def differ(self, written=("", ""), exported=("", ""), constructed=CONSTRUCTOR):
        for text, (old, _) in ((WRITTEN, written), (EXPORTED, exported)):
            self.assertIn(old, text)
        return differences(WRITTEN.replace(*written), EXPORTED.replace(*exported), constructed)

    def test_what_is_the_same_is_no_difference(self):
        self.assertEqual(self.differ(), [])

    def test_a_function_that_is_missing_on_either_side(self):
        self.assertEqual(
            self.differ(exported=("    function pay(address account, uint amount) external;", "")),
            ["The interface has pay(address,uint256), which the contract does not export."],
        )
        self.assertEqual(
            self.differ(written=("    function pay(address account, uint256 amount) external;", "")),
            ["The contract exports pay(address,uint256), which the interface lacks."],
        )

    def test_another_type_of_an_argument_is_another_function(self):
        found = self.differ(written=("take(uint256 amount)", "take(uint128 amount)"))
        self.assertEqual(
            found,
            [
                "The interface has take(uint128), which the contract does not export.",
                "The contract exports take(uint256), which the interface lacks.",
            ],
        )

    def test_other_returned_values(self):
        self.assertEqual(
            self.differ(written=("uint64 until", "uint32 until")),
            [
                "The interface says that owed(address) is view returns (uint256,uint32), and the contract exports it as "
                "view returns (uint256,uint64)."
            ],
        )
        self.assertEqual(len(self.differ(written=(" returns (bool done)", ""))), 1)

    def test_another_mutability(self):
        for written in [("external payable", "external"), ("        view\n", ""), ("        view\n", "        pure\n")]:
            self.assertEqual(len(self.differ(written=written)), 1, written)

    def test_an_error_that_is_made_up_and_none_that_is_left_out(self):
        self.assertEqual(
            self.differ(written=("uint256 available", "uint64 available")),
            ["The interface has the error TooMuch(uint256,uint64), which the contract does not export."],
        )

    def test_another_constructor_or_none(self):
        self.assertEqual(len(self.differ(constructed="constructor(address governor)\n")), 1)
        self.assertEqual(len(self.differ(constructed="")), 1)
        self.assertEqual(len(self.differ(written=("///     constructor(address governor, uint64 delay)", "///"))), 1)

    def test_an_export_of_nothing_is_no_success(self):
        self.assertEqual(differences("", "", ""), ["The contract exports no function at all."])


if __name__ == "__main__":
    unittest.main()
