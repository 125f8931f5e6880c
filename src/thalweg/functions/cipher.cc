// aes_encrypt, aes_decrypt, try_aes_decrypt and hmac.

#include <array>
#include <memory>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/encoding_family.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::functions {
namespace {

using arrow::binary;
using arrow::utf8;
using std::string_view;

enum class Mode : uint8_t { kEcb, kCbc, kGcm };
constexpr size_t kTagBytes = 16;

struct ContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;

const unsigned char* Bytes(string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string* text) { return reinterpret_cast<unsigned char*>(text->data()); }

Result<Mode> FindMode(const std::string& function, string_view mode, string_view padding) {
  const std::string name = ToLowerAscii(mode);
  const std::string fill = ToLowerAscii(padding);
  const bool blocks = fill == "pkcs" || fill == "default";
  if (name == "ecb" && blocks) return Mode::kEcb;
  if (name == "cbc" && blocks) return Mode::kCbc;
  if (name == "gcm" && (fill == "none" || fill == "default")) return Mode::kGcm;
  return MakeError("UNSUPPORTED_FEATURE.AES_MODE", {{"mode", std::string(mode)},
                                                    {"padding", std::string(padding)},
                                                    {"functionName", "`" + function + "`"}});
}

const char* ModeName(Mode mode) {
  return mode == Mode::kEcb ? "ECB" : mode == Mode::kCbc ? "CBC" : "GCM";
}

size_t VectorBytes(Mode mode) { return mode == Mode::kEcb ? 0 : mode == Mode::kCbc ? 16 : 12; }

const EVP_CIPHER* FindCipher(Mode mode, size_t key_bytes) {
  const int size = key_bytes == 16 ? 0 : key_bytes == 24 ? 1 : 2;
  using Maker = const EVP_CIPHER* (*)();
  static constexpr std::array<std::array<Maker, 3>, 3> kMakers = {
      {{EVP_aes_128_ecb, EVP_aes_192_ecb, EVP_aes_256_ecb},
       {EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc},
       {EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm}}};
  return kMakers[static_cast<size_t>(mode)][static_cast<size_t>(size)]();
}

Status CheckKey(const std::string& function, string_view key) {
  if (key.size() == 16 || key.size() == 24 || key.size() == 32) return Status::OK();
  return MakeError("INVALID_PARAMETER_VALUE.AES_KEY_LENGTH",
                   {{"parameter", "`key`"},
                    {"functionName", "`" + function + "`"},
                    {"actualLength", std::to_string(key.size())}});
}

Status CryptoError(const std::string& function, const char* what) {
  return MakeError("INVALID_PARAMETER_VALUE.AES_CRYPTO_ERROR",
                   {{"parameter", "`expr`, `key`"},
                    {"functionName", "`" + function + "`"},
                    {"detailMessage", what}});
}

/// One call's constants beside the text.
struct Cipher {
  std::string function;
  Mode mode = Mode::kGcm;
  string_view key;
  string_view aad;
};

Status CheckAad(const Cipher& cipher) {
  if (cipher.aad.empty() || cipher.mode == Mode::kGcm) return Status::OK();
  return MakeError(
      "UNSUPPORTED_FEATURE.AES_MODE_AAD",
      {{"mode", ModeName(cipher.mode)}, {"functionName", "`" + cipher.function + "`"}});
}

/// The vector to begin with: the given one or a random one.
Result<std::string> MakeVector(const Cipher& cipher, string_view given) {
  const size_t bytes = VectorBytes(cipher.mode);
  if (given.empty()) {
    std::string random(bytes, '\0');
    if (bytes > 0 && RAND_bytes(Bytes(&random), static_cast<int>(bytes)) != 1) {
      return CryptoError(cipher.function, "no random bytes are to be had");
    }
    return random;
  }
  if (cipher.mode == Mode::kEcb) {
    return MakeError("UNSUPPORTED_FEATURE.AES_MODE_IV",
                     {{"mode", "ECB"}, {"functionName", "`" + cipher.function + "`"}});
  }
  if (given.size() != bytes) {
    return MakeError("INVALID_PARAMETER_VALUE.AES_IV_LENGTH",
                     {{"mode", ModeName(cipher.mode)},
                      {"parameter", "`iv`"},
                      {"functionName", "`" + cipher.function + "`"},
                      {"actualLength", std::to_string(given.size())}});
  }
  return std::string(given);
}

/// Appends vector, cipher text and, of GCM, the tag.
Status Encrypt(const Cipher& cipher, string_view text, string_view vector, std::string* out) {
  ARROW_RETURN_NOT_OK(CheckKey(cipher.function, cipher.key));
  ARROW_ASSIGN_OR_RAISE(const std::string start, MakeVector(cipher, vector));
  ARROW_RETURN_NOT_OK(CheckAad(cipher));
  const CipherContext context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* algorithm = FindCipher(cipher.mode, cipher.key.size());
  int size = 0;
  bool good =
      context != nullptr && EVP_EncryptInit_ex(context.get(), algorithm, nullptr, Bytes(cipher.key),
                                               start.empty() ? nullptr : Bytes(start)) == 1;
  if (good && !cipher.aad.empty()) {
    good = EVP_EncryptUpdate(context.get(), nullptr, &size, Bytes(cipher.aad),
                             static_cast<int>(cipher.aad.size())) == 1;
  }
  out->append(start);
  const size_t begin = out->size();
  out->resize(begin + text.size() + 2 * kTagBytes);
  int last = 0;
  size = 0;
  good = good &&
         EVP_EncryptUpdate(context.get(), Bytes(out) + begin, &size, Bytes(text),
                           static_cast<int>(text.size())) == 1 &&
         EVP_EncryptFinal_ex(context.get(), Bytes(out) + begin + size, &last) == 1;
  out->resize(begin + static_cast<size_t>(size) + static_cast<size_t>(last));
  if (good && cipher.mode == Mode::kGcm) {
    std::string tag(kTagBytes, '\0');
    good = EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, Bytes(&tag)) == 1;
    out->append(tag);
  }
  return good ? Status::OK() : CryptoError(cipher.function, "OpenSSL refuses");
}

Status Decrypt(const Cipher& cipher, string_view bytes, std::string* out) {
  ARROW_RETURN_NOT_OK(CheckKey(cipher.function, cipher.key));
  ARROW_RETURN_NOT_OK(CheckAad(cipher));
  const size_t vector_bytes = VectorBytes(cipher.mode);
  const size_t tag_bytes = cipher.mode == Mode::kGcm ? kTagBytes : 0;
  if (bytes.size() < vector_bytes + tag_bytes) {
    return CryptoError(cipher.function, "the input is too short");
  }
  const string_view vector = bytes.substr(0, vector_bytes);
  const string_view text = bytes.substr(vector_bytes, bytes.size() - vector_bytes - tag_bytes);
  std::string tag(bytes.substr(bytes.size() - tag_bytes));
  if (cipher.mode == Mode::kCbc && text.empty()) return Status::OK();
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  bool good = context != nullptr &&
              EVP_DecryptInit_ex(context.get(), FindCipher(cipher.mode, cipher.key.size()), nullptr,
                                 Bytes(cipher.key), vector.empty() ? nullptr : Bytes(vector)) == 1;
  if (good && !cipher.aad.empty()) {
    good = EVP_DecryptUpdate(context.get(), nullptr, &size, Bytes(cipher.aad),
                             static_cast<int>(cipher.aad.size())) == 1;
  }
  out->resize(text.size() + kTagBytes);
  int last = 0;
  size = 0;
  good = good && EVP_DecryptUpdate(context.get(), Bytes(out), &size, Bytes(text),
                                   static_cast<int>(text.size())) == 1;
  if (good && tag_bytes > 0) {
    good = EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, Bytes(&tag)) == 1;
  }
  good = good && EVP_DecryptFinal_ex(context.get(), Bytes(out) + size, &last) == 1;
  out->resize(good ? static_cast<size_t>(size) + static_cast<size_t>(last) : 0);
  return good ? Status::OK()
              : CryptoError(cipher.function, "it was not encrypted with this key in this mode");
}

std::shared_ptr<arrow::Scalar> NoBytes() {
  return std::make_shared<arrow::BinaryScalar>(arrow::Buffer::FromString(""));
}

void DeclareEncryption(FunctionRegistry* registry) {
  using Text = string_view;
  Declare(registry,
          {.names = {"aes_encrypt"},
           .group = "misc_funcs",
           .usage = "aes_encrypt(expr, key[, mode[, padding[, iv[, aad]]]]) - Encrypts bytes with "
                    "AES: GCM, or CBC or ECB with PKCS padding.",
           .example = "SELECT hex(aes_encrypt('Spark', '0000111122223333', 'ECB'));",
           .argument_types = {binary(), binary(), utf8(), utf8(), binary(), binary()},
           .return_type = binary(),
           .kernel = TextKernel<Text, Text, Text, Text, Text, Text>(
               binary(),
               [](std::string* out, Text text, Text key, Text mode, Text padding, Text vector,
                  Text aad) -> Status {
                 ARROW_RETURN_NOT_OK(CheckKey("aes_encrypt", key));
                 ARROW_ASSIGN_OR_RAISE(const Mode found, FindMode("aes_encrypt", mode, padding));
                 return Encrypt({"aes_encrypt", found, key, aad}, text, vector, out);
               }),
           .defaults = {TextScalar("GCM"), TextScalar("DEFAULT"), NoBytes(), NoBytes()},
           .can_fail = true});
}

Status DecryptRow(std::string* out, string_view bytes, string_view key, string_view mode,
                  string_view padding, string_view aad) {
  ARROW_RETURN_NOT_OK(CheckKey("aes_decrypt", key));
  ARROW_ASSIGN_OR_RAISE(const Mode found, FindMode("aes_decrypt", mode, padding));
  return Decrypt({"aes_decrypt", found, key, aad}, bytes, out);
}

void DeclareDecryption(FunctionRegistry* registry, const std::string& name, bool tolerant) {
  using Text = string_view;
  auto kernel = TextKernel<Text, Text, Text, Text, Text>(binary(), DecryptRow);
  if (tolerant) {
    kernel = TextKernel<Text, Text, Text, Text, Text>(
        binary(), [](std::string* out, Text bytes, Text key, Text mode, Text padding, Text aad) {
          return DecryptRow(out, bytes, key, mode, padding, aad).ok();
        });
  }
  Declare(registry,
          {.names = {name},
           .group = "misc_funcs",
           .usage = name + "(expr, key[, mode[, padding[, aad]]]) - Decrypts what aes_encrypt " +
                    "made" + (tolerant ? "; NULL where it cannot." : "."),
           .example = "SELECT " + name +
                      "(unbase64('3lmwu+Mw0H3fi5NDvcu9lg=='), '1234567890abcdef', 'ECB');",
           .argument_types = {binary(), binary(), utf8(), utf8(), binary()},
           .return_type = binary(),
           .kernel = std::move(kernel),
           .defaults = {TextScalar("GCM"), TextScalar("DEFAULT"), NoBytes()},
           .can_fail = !tolerant,
           .nullable_result = tolerant});
}

const EVP_MD* FindHmacAlgorithm(string_view name) {
  static constexpr std::array<std::pair<string_view, const EVP_MD* (*)()>, 6> kAlgorithms = {
      {{"SHA224", EVP_sha224},
       {"SHA256", EVP_sha256},
       {"SHA384", EVP_sha384},
       {"SHA512", EVP_sha512},
       {"SHA1", EVP_sha1},
       {"MD5", EVP_md5}}};
  std::string plain;
  for (const char c : name) {
    if (c == '-') continue;
    plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  for (const auto& [known, make] : kAlgorithms) {
    if (known == plain) return make();
  }
  return nullptr;
}

Status AppendHmac(std::string* out, string_view key, string_view message, string_view name) {
  const EVP_MD* algorithm = FindHmacAlgorithm(name);
  if (algorithm == nullptr) {
    return MakeError("INVALID_PARAMETER_VALUE.HMAC_ALGORITHM",
                     {{"parameter", "`algorithm`"},
                      {"functionName", "`hmac`"},
                      {"invalidValue", std::string(name)}});
  }
  if (key.empty()) {
    return MakeError("INVALID_PARAMETER_VALUE.HMAC_CRYPTO_ERROR",
                     {{"parameter", "`key`"},
                      {"functionName", "`hmac`"},
                      {"detailMessage", "the key is empty"}});
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (HMAC(algorithm, key.data(), static_cast<int>(key.size()), Bytes(message), message.size(),
           digest.data(), &size) == nullptr) {
    return Status::Invalid("the digest is not available in this OpenSSL");
  }
  out->append(reinterpret_cast<const char*>(digest.data()), size);
  return Status::OK();
}

}  // namespace

void RegisterCipherFunctions(FunctionRegistry* registry) {
  DeclareEncryption(registry);
  DeclareDecryption(registry, "aes_decrypt", /*tolerant=*/false);
  DeclareDecryption(registry, "try_aes_decrypt", /*tolerant=*/true);
  Declare(registry,
          {.names = {"hmac"},
           .group = "hash_funcs",
           .usage = "hmac(key, message[, algorithm]) - Returns the keyed digest of the message: "
                    "SHA-224, SHA-256 (the default), SHA-384, SHA-512, SHA-1 or MD5.",
           .example = "SELECT hex(hmac('key', 'message'));",
           .argument_types = {binary(), binary(), utf8()},
           .return_type = binary(),
           .kernel = TextKernel<string_view, string_view, string_view>(binary(), AppendHmac),
           .defaults = {TextScalar("SHA-256")},
           .can_fail = true});
}

}  // namespace thalweg::functions
