#include "thalweg/connect/service/tls.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace thalweg::connect {
namespace {

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

using Certificate = Owned<X509>;
using Key = Owned<EVP_PKEY>;
using Text = Owned<BIO>;

Result<std::string> ReadFile(const std::string& path) {
  const Owned<std::FILE> file(std::fopen(path.c_str(), "rb"), [](std::FILE* f) { std::fclose(f); });
  if (file == nullptr) return Status::IOError("cannot read ", path, ": ", std::strerror(errno));
  std::string content;
  char buffer[1 << 14];
  size_t read = 0;
  while ((read = std::fread(buffer, 1, sizeof(buffer), file.get())) > 0) {
    content.append(buffer, read);
  }
  if (std::ferror(file.get()) != 0) {
    return Status::IOError("cannot read ", path, ": ", std::strerror(errno));
  }
  return content;
}

Text OpenText(const std::string& content) {
  return Text(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())),
              [](BIO* bio) { BIO_free(bio); });
}

/// The first certificate of the file, all of whose certificates can be read.
Result<Certificate> ParseCertificates(const std::string& path, const std::string& content) {
  const Text text = OpenText(content);
  Certificate first(nullptr, &X509_free);
  while (X509* next = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    Certificate certificate(next, &X509_free);
    if (first == nullptr) first = std::move(certificate);
  }
  // The end of the file is an error like others; gRPC must not find it.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (first == nullptr) return Status::Invalid(path, " holds no certificate in PEM form");
  if (!at_end) return Status::Invalid(path, " holds a certificate that cannot be read");
  return first;
}

Result<Key> ParseKey(const std::string& path, const std::string& content) {
  const Text text = OpenText(content);
  bool is_encrypted = false;
  // Called for the password, which nobody is asked for.
  const auto on_password = [](char*, int, int, void* encrypted) {
    *static_cast<bool*>(encrypted) = true;
    return -1;
  };
  Key key(PEM_read_bio_PrivateKey(text.get(), nullptr, on_password, &is_encrypted), &EVP_PKEY_free);
  ERR_clear_error();
  if (is_encrypted) return Status::Invalid("the key in ", path, " is encrypted");
  if (key == nullptr) return Status::Invalid(path, " holds no private key in PEM form");
  return key;
}

Status CheckTimes(const std::string& path, const X509& certificate) {
  std::time_t now = std::time(nullptr);
  if (X509_cmp_time(X509_get0_notAfter(&certificate), &now) < 0) {
    return Status::Invalid("the certificate in ", path, " has expired");
  }
  if (X509_cmp_time(X509_get0_notBefore(&certificate), &now) > 0) {
    return Status::Invalid("the certificate in ", path, " is not valid yet");
  }
  return Status::OK();
}

}  // namespace

Result<std::shared_ptr<grpc::ServerCredentials>> MakeTlsCredentials(const TlsFiles& files) {
  ARROW_ASSIGN_OR_RAISE(const std::string certificates, ReadFile(files.certificate));
  ARROW_ASSIGN_OR_RAISE(const auto certificate, ParseCertificates(files.certificate, certificates));
  ARROW_RETURN_NOT_OK(CheckTimes(files.certificate, *certificate));
  ARROW_ASSIGN_OR_RAISE(const std::string key_text, ReadFile(files.key));
  ARROW_ASSIGN_OR_RAISE(const auto key, ParseKey(files.key, key_text));
  const bool belongs = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!belongs) {
    return Status::Invalid("the key in ", files.key, " is not that of the certificate in ",
                           files.certificate);
  }
  grpc::SslServerCredentialsOptions options(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  options.pem_key_cert_pairs.push_back({key_text, certificates});
  if (!files.client_authorities.empty()) {
    ARROW_ASSIGN_OR_RAISE(options.pem_root_certs, ReadFile(files.client_authorities));
    ARROW_RETURN_NOT_OK(
        ParseCertificates(files.client_authorities, options.pem_root_certs).status());
    options.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  }
  return grpc::SslServerCredentials(options);
}

}  // namespace thalweg::connect
