//! A real client, alloy's provider, over HTTP and WebSocket.
mod common;

use alloy_network::{EthereumWallet, TransactionBuilder};
use alloy_primitives::{address, Address, Bytes, TxKind, B256, U256};
use alloy_provider::ext::AnvilApi;
use alloy_provider::{DynProvider, Provider, ProviderBuilder};
use alloy_rpc_types_eth::{BlockNumberOrTag, Filter, TransactionRequest};
use alloy_signer_local::PrivateKeySigner;
use common::{keeper, refuser, Client, START};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_client_of_anvils_understands_every_answer() {
    let client = Client::start().await;
    let node = provider(&client, "http").await;
    let snapshot = node.anvil_snapshot().await.unwrap();
    node.anvil_set_balance(NOBODY, U256::from(7)).await.unwrap();
    node.anvil_set_nonce(NOBODY, 8).await.unwrap();
    node.anvil_set_code(NOBODY, Bytes::from_static(&[0]))
        .await
        .unwrap();
    let word = B256::repeat_byte(9);
    assert!(node
        .anvil_set_storage_at(NOBODY, U256::from(1), word)
        .await
        .unwrap());
    assert_eq!(node.get_balance(NOBODY).await.unwrap(), U256::from(7));
    assert_eq!(node.get_transaction_count(NOBODY).await.unwrap(), 8);
    assert_eq!(
        node.get_storage_at(NOBODY, U256::from(1)).await.unwrap(),
        U256::from_be_bytes(word.0)
    );

    assert_eq!(node.anvil_increase_time(100).await.unwrap(), 100);
    node.anvil_mine(Some(2), Some(10)).await.unwrap();
    node.anvil_set_next_block_timestamp(START + 1_000).await.unwrap();
    assert_eq!(node.evm_mine(None).await.unwrap(), "0x0");
    let latest = node.anvil_mine_detailed(None).await.unwrap();
    assert_eq!(latest[0].header.number, 4);
    assert_eq!(latest[0].header.timestamp, START + 1_000);
    assert_eq!(node.anvil_set_time(START + 1_500).await.unwrap(), 500);

    node.anvil_set_auto_mine(false).await.unwrap();
    assert!(!node.anvil_get_auto_mine().await.unwrap());
    let waiting = *node.send_transaction(call_of(NOBODY, 0)).await.unwrap().tx_hash();
    assert_eq!(node.anvil_drop_transaction(waiting).await.unwrap(), Some(waiting));
    node.anvil_drop_all_transactions().await.unwrap();
    node.anvil_remove_pool_transactions(NOBODY).await.unwrap();
    node.anvil_set_auto_mine(true).await.unwrap();
    node.anvil_set_interval_mining(0).await.unwrap();
    node.anvil_set_logging(true).await.unwrap();

    node.anvil_impersonate_account(NOBODY).await.unwrap();
    node.anvil_stop_impersonating_account(NOBODY).await.unwrap();
    node.anvil_auto_impersonate_account(false).await.unwrap();
    let info = node.anvil_node_info().await.unwrap();
    assert_eq!(
        (info.current_block_number, info.environment.chain_id),
        (4, 412_346)
    );
    let metadata = node.anvil_metadata().await.unwrap();
    assert_eq!(metadata.latest_block_number, 4);
    assert_eq!(metadata.snapshots.keys().collect::<Vec<_>>(), [&snapshot]);

    let dump = node.anvil_dump_state().await.unwrap();
    assert!(node.anvil_load_state(dump).await.unwrap());
    assert!(node.anvil_revert(snapshot).await.unwrap());
    assert_eq!(node.get_balance(NOBODY).await.unwrap(), U256::ZERO);
    node.anvil_mine(None, None).await.unwrap();
    node.anvil_reset(None).await.unwrap();
    assert_eq!(node.get_block_number().await.unwrap(), 0);
    client.stop().await;
}
