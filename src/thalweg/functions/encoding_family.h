#pragma once

#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// md5, sha1, sha2, crc32: a part of the encoding family.
void RegisterDigestFunctions(FunctionRegistry* registry);

/// aes_encrypt, aes_decrypt, try_aes_decrypt, hmac.
void RegisterCipherFunctions(FunctionRegistry* registry);

void RegisterBase32Functions(FunctionRegistry* registry);

}  // namespace thalweg::functions
