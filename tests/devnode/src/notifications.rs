//! What a client hears that subscribes over HTTP, where nothing can be pushed to it: what Geth says, instead of an internal error.

use jsonrpsee::server::middleware::rpc::{Batch, MethodResponse, Notification, Request, RpcServiceT};
use jsonrpsee::types::error::{ErrorObject, INTERNAL_ERROR_CODE, METHOD_NOT_FOUND_CODE};
use std::future::Future;

/// The methods, with the error of subscriptions put right.
#[derive(Clone)]
pub(crate) struct Notifications<S>(pub(crate) S);

impl<S> RpcServiceT for Notifications<S>
where
    S: RpcServiceT<MethodResponse = MethodResponse> + Clone + Send + Sync + 'static,
{
    type MethodResponse = MethodResponse;
    type NotificationResponse = S::NotificationResponse;
    type BatchResponse = S::BatchResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let methods = self.0.clone();
        let id = request.id.clone().into_owned();
        let subscribes = matches!(request.method.as_ref(), "eth_subscribe" | "eth_unsubscribe");
        async move {
            let answer = methods.call(request).await;
            // The server's own, as no handler of a subscription fails like that.
            if subscribes && answer.as_error_code() == Some(INTERNAL_ERROR_CODE) {
                let error = ErrorObject::borrowed(METHOD_NOT_FOUND_CODE, "notifications not supported", None);
                return MethodResponse::error(id, error);
            }
            answer
        }
    }

    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = Self::BatchResponse> + Send + 'a {
        self.0.batch(batch)
    }

    fn notification<'a>(
        &self,
        notification: Notification<'a>,
    ) -> impl Future<Output = Self::NotificationResponse> + Send + 'a {
        self.0.notification(notification)
    }
}
