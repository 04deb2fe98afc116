//! A real client, alloy's provider, over HTTP and WebSocket.
mod common;

use alloy_network::{EthereumWallet, TransactionBuilder};
use alloy_primitives::{address, Address, Bytes, TxKind, B256, U256};
use alloy_provider::{DynProvider, Provider, ProviderBuilder};
use alloy_rpc_types_eth::{BlockNumberOrTag, Filter, TransactionRequest};
use alloy_signer_local::PrivateKeySigner;
use common::{keeper, refuser, Client};
use devnode::DEV_KEYS;
use std::time::Duration;

const NOBODY: Address = address!("0x00000000000000000000000000000000000000aa");

async fn provider(client: &Client, scheme: &str) -> DynProvider {
    let signer = PrivateKeySigner::from_bytes(&DEV_KEYS[0]).unwrap();
    let url = format!("{scheme}://{}", client.address);
    ProviderBuilder::new()
        .wallet(EthereumWallet::from(signer))
        .connect(&url)
        .await
        .unwrap()
        .erased()
}

async fn deploy(provider: &DynProvider, init_code: &str) -> Address {
    let code: Bytes = init_code.parse().unwrap();
    let request = TransactionRequest::default().with_deploy_code(code);
    let receipt = provider
        .send_transaction(request)
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();
    assert!(receipt.status());
    receipt.contract_address.unwrap()
}

fn call_of(contract: Address, value: u64) -> TransactionRequest {
    TransactionRequest {
        to: Some(TxKind::Call(contract)),
        ..TransactionRequest::default()
    }
    .with_input(U256::from(value).to_be_bytes::<32>())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_deploys_calls_and_reads_events() {
    let client = Client::start().await;
    let provider = provider(&client, "http").await;
    assert_eq!(provider.get_chain_id().await.unwrap(), 412_346);
    let keeper = deploy(&provider, &keeper()).await;
    let pending = provider.send_transaction(call_of(keeper, 5)).await.unwrap();
    let receipt = pending.get_receipt().await.unwrap();
    assert!(receipt.status());
    let before = provider.call(call_of(keeper, 9)).await.unwrap();
    assert_eq!(U256::from_be_slice(&before), U256::from(5));
    assert_eq!(
        provider.get_storage_at(keeper, U256::ZERO).await.unwrap(),
        U256::from(5)
    );
    let logs = provider
        .get_logs(&Filter::new().from_block(0).address(keeper))
        .await
        .unwrap();
    assert_eq!(logs.len(), 1);
    assert_eq!(logs[0].topics(), [B256::from(U256::from(7))]);
    assert_eq!(logs[0].transaction_hash, Some(receipt.transaction_hash));
    let block = provider
        .get_block_by_number(BlockNumberOrTag::Latest)
        .full()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(block.transactions.len(), 1);
    let transaction = provider
        .get_transaction_by_hash(receipt.transaction_hash)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(transaction.block_hash, Some(block.header.hash));
    client.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reverts_reason_arrives_decoded() {
    let client = Client::start().await;
    let provider = provider(&client, "http").await;
    let refuser = deploy(&provider, &refuser()).await;
    let error = provider.call(call_of(refuser, 0)).await.unwrap_err();
    let payload = error.as_error_resp().unwrap();
    assert_eq!(payload.code, 3);
    assert_eq!(payload.as_revert_data().unwrap()[..4], [0x08, 0xc3, 0x79, 0xa0]);
    client.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_hear_of_blocks_events_and_transactions() {
    let client = Client::start().await;
    let provider = provider(&client, "ws").await;
    let keeper = deploy(&provider, &keeper()).await;
    let mut heads = provider.subscribe_blocks().await.unwrap();
    let mut logs = provider
        .subscribe_logs(&Filter::new().address(keeper))
        .await
        .unwrap();
    let mut transactions = provider.subscribe_pending_transactions().await.unwrap();
    let pending = provider.send_transaction(call_of(keeper, 5)).await.unwrap();
    let hash = *pending.tx_hash();
    let soon = Duration::from_secs(20);
    let head = tokio::time::timeout(soon, heads.recv()).await.unwrap().unwrap();
    assert_eq!(head.number, 2);
    let log = tokio::time::timeout(soon, logs.recv()).await.unwrap().unwrap();
    assert_eq!(log.transaction_hash, Some(hash));
    assert_eq!(log.block_number, Some(2));
    let transaction = tokio::time::timeout(soon, transactions.recv())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(transaction, hash);
    // One that is over is not told any more, and does not disturb the others.
    provider.unsubscribe(*logs.local_id()).await.unwrap();
    provider
        .send_transaction(call_of(NOBODY, 0))
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();
    let head = tokio::time::timeout(soon, heads.recv()).await.unwrap().unwrap();
    assert_eq!(head.number, 3);
    client.stop().await;
}
