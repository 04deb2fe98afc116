//! Everything that the market may revert with.

use alloy_primitives::{Address, U256};
use portcullis::{error_set, errors, GuardError};

errors! {
    /// The amount is zero, or so small that nothing would be given for it.
    NothingMoved();
    /// More than the market counts: 128 bits of either asset.
    AmountTooLarge();
    /// Collateral and loan are one token.
    SameAsset(asset: Address);
    /// The account does not have that much.
    MoreThanBalance(account: Address, requested: U256, balance: U256);
    /// The market does not have that much that is not lent.
    MoreThanCash(requested: U256, cash: U256);
    /// The account would owe more than its collateral is good for. Values are amounts times prices. A caller can have this whenever it likes, so it
    /// trips nothing.
    TooLittleCollateral(account: Address, collateral_value: U256, debt_value: U256);
    /// The account can pay: it is not liquidated.
    AccountHealthy(account: Address, collateral_value: U256, debt_value: U256);
    /// The collateral no longer covers the debt. Then all of it is sold at once, for `least`.
    LiquidatesTooLittle(account: Address, repaid: U256, least: U256);
    /// The oracle does not answer with a price.
    OracleFailed(asset: Address);
    /// The oracle's price is zero, or of more than 120 bits.
    PriceUnusable(asset: Address, price_wad: U256);
    /// The oracle's price is older than `oldest`, or of a time that is yet to come.
    PriceStale(asset: Address, updated_at: U256, oldest: u64);
    /// The collateral's price in the loan, of a unit in units, is further from the reference than its band: nothing is lent at it. Both with 128 bits behind the point.
    PriceOffReference(price_x128: U256, reference_x128: U256);
    /// The collateral's price in the loan moved within the call; the same.
    PriceMoved(before_x128: U256, price_x128: U256);
    /// What 2^120 shares of the suppliers' are worth fell within the call.
    ShareFell(before: U256, worth: U256);
    /// There is no such guard or mode.
    UnknownMode(guard: U256, mode: U256);
    /// A pause is to throttled (2), reduce-only (3) or frozen (4).
    UnknownState(state: U256);
    /// It is neither the loan nor the collateral.
    UnknownAsset(asset: Address);
}

error_set! {
    /// A refusal: of the market itself, or of a guard.
    MarketError {
        NothingMoved,
        AmountTooLarge,
        SameAsset,
        MoreThanBalance,
        MoreThanCash,
        TooLittleCollateral,
        AccountHealthy,
        LiquidatesTooLittle,
        OracleFailed,
        PriceUnusable,
        PriceStale,
        PriceOffReference,
        PriceMoved,
        ShareFell,
        UnknownMode,
        UnknownState,
        UnknownAsset,
        GuardError,
    }
}
