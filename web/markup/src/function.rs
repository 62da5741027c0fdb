//! What becomes of a function that is a component.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, FnArg, ItemFn, Result, Type};

/// The type that stands for the function, and how it is drawn.
pub fn component(function: ItemFn) -> Result<TokenStream> {
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
    } = function;
    let name = &sig.ident;
    let drawn = &sig.output;
    let mut inputs = sig.inputs.iter();
    let (props, pattern) = match (inputs.next(), inputs.next()) {
        (None, _) => (quote!(()), quote!((): &())),
        (Some(FnArg::Typed(given)), None) => match given.ty.as_ref() {
            Type::Reference(props) => {
                let props = &props.elem;
                (quote!(#props), quote!(#given))
            }
            other => {
                return Err(Error::new_spanned(
                    other,
                    "properties are borrowed: `&NameProps`",
                ));
            }
        },
        _ => {
            return Err(Error::new_spanned(
                &sig.inputs,
                "a component takes its properties and no more",
            ));
        }
    };
    Ok(quote! {
        #(#attrs)*
        #vis struct #name;

        impl crate::component::Component for #name {
            type Props = #props;

            fn draw(#pattern) #drawn #block
        }
    })
}
