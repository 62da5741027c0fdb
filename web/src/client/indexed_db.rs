//! The queue of commands on this browser's disk: one record per command, in the order they were made.
//!
//! A record is the JSON of a [`crate::state::outbox::Item`] under its command's id (ULIDs sort by time). A browser without
//! the store (private windows of old ones) loses nothing but the survival of a closed tab; the caller keeps the queue in memory.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbRequest, IdbTransactionMode};

const DATABASE: &str = "xiangmu";
const STORE: &str = "commands";

/// The open store, opened once.
#[derive(Debug, Clone, Default)]
pub struct Store {
    database: Rc<RefCell<Option<IdbDatabase>>>,
}

impl Store {
    async fn open(&self) -> Result<IdbDatabase, JsValue> {
        let already = self.database.borrow().clone();
        if let Some(database) = already {
            return Ok(database);
        }
        let factory = web_sys::window()
            .ok_or(JsValue::NULL)?
            .indexed_db()?
            .ok_or(JsValue::NULL)?;
        let request = factory.open_with_u32(DATABASE, 1)?;
        let inner = request.clone();
        let upgrade = Closure::<dyn FnMut()>::new(move || {
            if let Ok(database) = inner.result().and_then(JsCast::dyn_into::<IdbDatabase>) {
                let _ = database.create_object_store(STORE);
            }
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let database: IdbDatabase = finished(&request).await?.dyn_into()?;
        *self.database.borrow_mut() = Some(database.clone());
        Ok(database)
    }

    /// Keeps a record.
    ///
    /// # Errors
    /// When the browser has no store or refuses the write.
    pub async fn put(&self, key: &str, record: &str) -> Result<(), JsValue> {
        let database = self.open().await?;
        let transaction =
            database.transaction_with_str_and_mode(STORE, IdbTransactionMode::Readwrite)?;
        let request = transaction
            .object_store(STORE)?
            .put_with_key(&JsValue::from_str(record), &JsValue::from_str(key))?;
        finished(&request).await.map(|_| ())
    }

    /// Drops a record.
    ///
    /// # Errors
    /// When the browser has no store or refuses the write.
    pub async fn delete(&self, key: &str) -> Result<(), JsValue> {
        let database = self.open().await?;
        let transaction =
            database.transaction_with_str_and_mode(STORE, IdbTransactionMode::Readwrite)?;
        let request = transaction
            .object_store(STORE)?
            .delete(&JsValue::from_str(key))?;
        finished(&request).await.map(|_| ())
    }

    /// Every record, oldest first.
    ///
    /// # Errors
    /// When the browser has no store or refuses the read.
    pub async fn load_all(&self) -> Result<Vec<String>, JsValue> {
        let database = self.open().await?;
        let transaction = database.transaction_with_str(STORE)?;
        let request = transaction.object_store(STORE)?.get_all()?;
        let records: js_sys::Array = finished(&request).await?.dyn_into()?;
        Ok(records
            .iter()
            .filter_map(|record| record.as_string())
            .collect())
    }
}

/// Waits for a request of the store.
async fn finished(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let promise = js_sys::Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(promise).await?;
    request.result()
}
