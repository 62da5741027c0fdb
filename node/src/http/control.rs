//! The loopback listener of the command line.

use warp::Filter;
use warp::filters::BoxedFilter;

use super::Site;

/// The filter of the control listener.
pub fn routes(site: Site) -> BoxedFilter<(warp::reply::Response,)> {
    let _ = site;
    warp::any()
        .map(warp::reply::reply)
        .map(warp::reply::Reply::into_response)
        .boxed()
}
