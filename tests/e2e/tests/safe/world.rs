//! A node with Safe's contracts, a guardian Safe, a governor Safe and a guarded bridge between them.
#![allow(missing_docs, unreachable_pub)]

use super::multisig::{
    Artefacts, ISafe, ISafeProxyFactory, Multisig, Owner, SafeTransaction, SingletonFactory, Version,
};
use alloy_eips::BlockNumberOrTag;
use alloy_primitives::{address, hex, keccak256, Address, Bytes, TxKind, B256, U256};
use alloy_provider::{DynProvider, Provider, ProviderBuilder};
use alloy_rpc_types_eth::{TransactionInput, TransactionReceipt, TransactionRequest};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{sol, SolCall, SolEvent};
use devnode::{Devnode, Options, DEV_KEYS, STYLUS_DEPLOYER};
use e2e::bridge::{constructor_input, ConstructorArguments, IBridge, Message, Validators};
use e2e::hub::{council_input, hub_input};
use e2e::rpc::init_code_for;
use e2e::wasm::Code;

sol! {
    interface IStylusDeployer {
        function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt)
            external payable returns (address program);
        event ContractDeployed(address deployedContract);
    }
}

/// Who hands in what the owners signed: the first development account, nobody's owner.
pub const EXECUTOR: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
/// One who owns no Safe.
pub const STRANGER: Owner = Owner(DEV_KEYS[9]);
const ETHER: u64 = 1_000_000_000_000_000_000;
const VALIDATORS: usize = 3;

/// A transaction that succeeded.
pub struct Mined {
    pub receipt: TransactionReceipt,
    pub timestamp: u64,
}

pub struct World {
    pub safe: Artefacts,
    pub guardian: Multisig,
    pub governor: Multisig,
    pub bridge: Address,
    pub chain_id: u64,
    validators: Validators,
    provider: DynProvider,
    node: Devnode,
}

impl World {
    pub async fn start(version: Version) -> Self {
        let factory = SingletonFactory::load();
        let options = Options {
            chain_id: factory.chain_id,
            ..Options::default()
        };
        let node = Devnode::start(([127, 0, 0, 1], 0).into(), options).await.unwrap();
        let signer = PrivateKeySigner::from_bytes(&DEV_KEYS[0]).unwrap();
        let provider = ProviderBuilder::new()
            .wallet(signer)
            .connect(&format!("http://{}", node.address()))
            .await
            .unwrap()
            .erased();
        let owners = |places: [usize; 3]| Multisig::new(places.map(|at| Owner(DEV_KEYS[at])).to_vec());
        let mut world = Self {
            safe: version.artefacts(),
            guardian: owners([1, 2, 3]),
            governor: owners([4, 5, 6]),
            bridge: Address::ZERO,
            chain_id: factory.chain_id,
            validators: Validators::new(VALIDATORS),
            provider,
            node,
        };
        world.deploy_safes_contracts(&factory).await;
        world.guardian.address = world.create_proxy(&world.guardian, 1).await;
        world.governor.address = world.create_proxy(&world.governor, 2).await;
        world.bridge = world.deploy_bridge().await;
        world
    }

    /// Where the node is reached.
    pub fn url(&self) -> String {
        format!("http://{}", self.node.address())
    }

    /// Asks the node for what only a development node has.
    pub async fn raw<R>(&self, method: &'static str, params: serde_json::Value) -> R
    where
        R: serde::de::DeserializeOwned + std::fmt::Debug + Send + Sync + Unpin + 'static,
    {
        self.provider.raw_request(method.into(), params).await.unwrap()
    }

    /// Sends Safe's own transaction, then each contract through the factory that it makes.
    async fn deploy_safes_contracts(&self, factory: &SingletonFactory) {
        let funds = (factory.signer_address, U256::from(ETHER));
        let () = self
            .provider
            .raw_request("anvil_setBalance".into(), funds)
            .await
            .unwrap();
        let pending = self
            .provider
            .send_raw_transaction(&factory.transaction)
            .await
            .unwrap();
        let receipt = pending.get_receipt().await.unwrap();
        assert_eq!(receipt.contract_address, Some(factory.address));
        for contract in self.safe.contracts.values() {
            let salted = [&[0; 32], contract.bytecode.as_ref()].concat();
            self.send(EXECUTOR, factory.address, salted, 0).await;
        }
    }

    async fn create_proxy(&self, multisig: &Multisig, salt: u64) -> Address {
        let at = |name: &str| self.safe.contracts[name].address;
        let factory = at("SafeProxyFactory");
        let create = ISafeProxyFactory::createProxyWithNonceCall {
            singleton: at("Safe"),
            initializer: multisig.setup(at("CompatibilityFallbackHandler")).into(),
            saltNonce: U256::from(salt),
        };
        let proxy = self.ask(factory, create.clone()).await;
        self.send(EXECUTOR, factory, create.abi_encode(), 0).await;
        proxy
    }

    async fn deploy_bridge(&self) -> Address {
        let arguments = ConstructorArguments {
            governor: self.governor.address,
            guardian: self.guardian.address,
            validators: self.validators.addresses(),
            threshold: U256::from(VALIDATORS),
            // No root but those that the validators sign.
            committedRoot: keccak256("no root"),
        };
        self.deploy("bridge-guarded", constructor_input(&arguments)).await
    }

    /// A hub that the Safe governs, and in which the guardian's Safe may cancel.
    pub async fn deploy_hub(&self) -> Address {
        self.deploy_hub_of(self.governor.address).await
    }

    /// A hub of this governor.
    pub async fn deploy_hub_of(&self, governor: Address) -> Address {
        let input = hub_input(governor, self.guardian.address);
        self.deploy("hub", input).await
    }

    /// A council of these members, ascending.
    pub async fn deploy_council(&self, members: &[Address], threshold: u64) -> Address {
        self.deploy("council", council_input(members, threshold)).await
    }

    /// Puts a contract of the EVM's with this code on the chain.
    pub async fn create(&self, code: &[u8]) -> Address {
        // Copies what follows these bytes to memory and returns it.
        let size = u8::try_from(code.len()).unwrap();
        let init = [&[0x60, size][..], &hex!("8060095f395ff3"), code].concat();
        let address = self.create_by(init.into()).await;
        assert_eq!(self.code(address).await, Bytes::copy_from_slice(code));
        address
    }

    /// The time of the last block.
    pub async fn now(&self) -> u64 {
        let latest = BlockNumberOrTag::Latest;
        let block = self.provider.get_block_by_number(latest).await.unwrap();
        block.unwrap().header.timestamp
    }

    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Deploys and constructs a program in one transaction, as `cargo stylus deploy` does; its fragments, where it has any, in one each before.
    pub async fn deploy(&self, build: &str, constructor: Vec<u8>) -> Address {
        let code = match e2e::wasm::code(build).unwrap() {
            Code::Whole(code) => code.to_vec(),
            Code::InFragments { wasm, fragments } => {
                let mut addresses = Vec::new();
                for fragment in fragments.iter() {
                    addresses.push(self.create_by(init_code_for(fragment)).await);
                }
                stylus_vm::fragments::root_of(&wasm, addresses).encode()
            }
        };
        let deploy = IStylusDeployer::deployCall {
            bytecode: init_code_for(&code),
            initData: constructor.into(),
            initValue: U256::ZERO,
            salt: B256::ZERO,
        };
        let mined = self
            .send(EXECUTOR, STYLUS_DEPLOYER, deploy.abi_encode(), ETHER)
            .await;
        let logs = mined.receipt.logs();
        let deployed = logs
            .iter()
            .find_map(|log| IStylusDeployer::ContractDeployed::decode_log(&log.inner).ok());
        deployed.unwrap().deployedContract
    }

    /// Puts what this init code returns on the chain.
    async fn create_by(&self, init_code: Bytes) -> Address {
        let mut request = Self::request(EXECUTOR, Address::ZERO, init_code.to_vec(), 0);
        request.to = Some(TxKind::Create);
        let pending = self.provider.send_transaction(request).await.unwrap();
        let receipt = pending.get_receipt().await.unwrap();
        receipt.contract_address.unwrap()
    }

    fn request(from: Address, to: Address, data: Vec<u8>, value: u64) -> TransactionRequest {
        TransactionRequest {
            from: Some(from),
            to: Some(to.into()),
            input: TransactionInput::new(data.into()),
            value: Some(U256::from(value)),
            ..TransactionRequest::default()
        }
    }

    /// Sends a transaction, which has to succeed.
    pub async fn send(&self, from: Address, to: Address, data: Vec<u8>, value: u64) -> Mined {
        let request = Self::request(from, to, data, value);
        let pending = self.provider.send_transaction(request).await.unwrap();
        let receipt = pending.get_receipt().await.unwrap();
        assert!(receipt.status(), "{receipt:?}");
        let number = BlockNumberOrTag::Number(receipt.block_number.unwrap());
        let block = self.provider.get_block_by_number(number).await.unwrap().unwrap();
        Mined {
            timestamp: block.header.timestamp,
            receipt,
        }
    }

    /// Sends a transaction that nobody estimated, and says whether it succeeded.
    pub async fn try_send(&self, from: Address, to: Address, data: Vec<u8>) -> bool {
        let mut request = Self::request(from, to, data, 0);
        request.gas = Some(2_000_000);
        let pending = self.provider.send_transaction(request).await.unwrap();
        pending.get_receipt().await.unwrap().status()
    }

    /// What a call reverts with.
    pub async fn refusal(&self, from: Address, to: Address, data: Vec<u8>) -> Vec<u8> {
        let called = self.provider.call(Self::request(from, to, data, 0)).await;
        let error = called.unwrap_err();
        let data = error.as_error_resp().unwrap().as_revert_data().unwrap();
        data.to_vec()
    }

    /// What a view returns.
    pub async fn ask<C: SolCall>(&self, to: Address, call: C) -> C::Return {
        let request = Self::request(EXECUTOR, to, call.abi_encode(), 0);
        let answer = self.provider.call(request).await.unwrap();
        C::abi_decode_returns(&answer).unwrap()
    }

    pub async fn code(&self, address: Address) -> Bytes {
        self.provider.get_code_at(address).await.unwrap()
    }

    pub async fn balance(&self, address: Address) -> U256 {
        self.provider.get_balance(address).await.unwrap()
    }

    /// What the owners of a Safe sign, computed here and by the Safe itself.
    pub async fn hash(&self, safe: &Multisig, transaction: &SafeTransaction) -> B256 {
        let nonce = self.ask(safe.address, ISafe::nonceCall {}).await;
        let hash = transaction.hash(self.chain_id, safe.address, nonce);
        assert_eq!(self.ask(safe.address, transaction.hash_call(nonce)).await, hash);
        hash
    }

    /// Has two owners sign a transaction and hands it in, which has to succeed.
    pub async fn execute(&self, safe: &Multisig, owners: [usize; 2], transaction: &SafeTransaction) -> Mined {
        let hash = self.hash(safe, transaction).await;
        let call = transaction.execute_with(&safe.sign_all(owners, hash));
        let mined = self.send(EXECUTOR, safe.address, call, 0).await;
        let logs = mined.receipt.logs();
        let executed = logs
            .iter()
            .find_map(|log| ISafe::ExecutionSuccess::decode_log(&log.inner).ok());
        assert_eq!(executed.unwrap().txHash, hash);
        mined
    }

    /// Has a Safe call the bridge.
    pub async fn execute_as(&self, safe: &Multisig, owners: [usize; 2], data: Vec<u8>) -> Mined {
        self.execute(safe, owners, &SafeTransaction::call(self.bridge, data))
            .await
    }

    /// Locks wei in the bridge.
    pub async fn deposit(&self, amount: u64) {
        let deposit = IBridge::depositCall {
            asset: Address::ZERO,
            amount: U256::from(amount),
            recipient: EXECUTOR,
        };
        self.send(EXECUTOR, self.bridge, deposit.abi_encode(), amount)
            .await;
    }

    /// Has the validators sign and somebody prove a withdrawal of wei; the call that pays it.
    pub async fn prove_withdrawal(&self, amount: u64) -> Vec<u8> {
        let (bridge, asset) = (self.bridge, Address::ZERO);
        // Paid to one who pays for no gas.
        let recipient = STRANGER.address();
        let (nonce, amount) = (U256::from(7), U256::from(amount));
        let message = Message {
            nonce,
            asset,
            recipient,
            amount,
        };
        let root = message.leaf(self.chain_id, bridge);
        let digest = self.ask(bridge, IBridge::digestCall { root }).await;
        let signatures = self.validators.sign(digest, VALIDATORS).into();
        let accept = IBridge::acceptRootCall { root, signatures };
        self.send(EXECUTOR, bridge, accept.abi_encode(), 0).await;
        let prove = IBridge::proveCall {
            nonce,
            asset,
            recipient,
            amount,
            proof: Vec::new(),
        };
        self.send(EXECUTOR, bridge, prove.abi_encode(), 0).await;
        IBridge::processCall {
            nonce,
            asset,
            recipient,
            amount,
        }
        .abi_encode()
    }
}
