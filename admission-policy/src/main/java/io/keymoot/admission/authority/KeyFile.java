package io.keymoot.admission.authority;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of files that hold a private key: PEM, which whoever reads the file can use, and
 * PKCS#12, which a password protects.
 *
 * <p>Files themselves are the caller's: it creates them readable by their owner alone (0600) before
 * it writes, and wipes the arrays afterwards. Nothing here turns a key into a String.
 */
public final class KeyFile {
  private KeyFile() {}

  private static final byte[] BEGIN = ascii("-----BEGIN PRIVATE KEY-----");
  private static final byte[] END = ascii("-----END PRIVATE KEY-----");
  private static final int LINE = 64;

  /**
   * @param chain the certificate over the key first; empty where there was none
   */
  public record Contents(SigningKey key, List<Certificate> chain) implements AutoCloseable {
    @Override
    public void close() {
      key.close();
    }
  }

  /** PKCS#8 in PEM, unencrypted. */
  public static byte[] pem(SigningKey key) {
    byte[] der = key.toPkcs8();
    byte[] body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encode(der);
    Arrays.fill(der, (byte) 0);
    byte[] file = new byte[BEGIN.length + body.length + END.length + 3];
    int at = put(BEGIN, file, 0);
    at = put(body, file, at);
    put(END, file, at);
    Arrays.fill(body, (byte) 0);
    return file;
  }

  private static int put(byte[] line, byte[] file, int at) {
    System.arraycopy(line, 0, file, at, line.length);
    file[at + line.length] = '\n';
    return at + line.length + 1;
  }

  /**
   * Reads the first private key of a PEM file; certificates beside it are {@code Pem}'s to read.
   */
  public static Decoded<SigningKey> fromPem(byte[] file) {
    if (file.length > AdmissionLimits.KEY_FILE_BYTES) {
      return new Decoded.Malformed<>("the key file is far too large");
    }
    int from = indexOf(file, BEGIN, 0);
    int to = from < 0 ? -1 : indexOf(file, END, from);
    if (to < 0) {
      boolean encrypted = indexOf(file, ascii("-----BEGIN ENCRYPTED PRIVATE KEY-----"), 0) >= 0;
      boolean old = indexOf(file, ascii("-----BEGIN EC PRIVATE KEY-----"), 0) >= 0;
      return new Decoded.Malformed<>(
          encrypted
              ? "the key is encrypted; use PKCS#12 for a key with a password"
              : old
                  ? "the key is in an old form; convert it with: openssl pkcs8 -topk8 -nocrypt"
                  : "there is no block -----BEGIN PRIVATE KEY-----");
    }
    byte[] letters = new byte[to - from - BEGIN.length];
    int count = 0;
    for (int i = from + BEGIN.length; i < to; i++) {
      if (file[i] > ' ') {
        letters[count++] = file[i];
      }
    }
    byte[] body = Arrays.copyOf(letters, count);
    byte @Nullable [] der = null;
    try {
      der = Base64.getDecoder().decode(body);
      return SigningKey.fromPkcs8(der);
    } catch (IllegalArgumentException e) {
      return new Decoded.Malformed<>("the private key is not base64");
    } finally {
      Arrays.fill(letters, (byte) 0);
      Arrays.fill(body, (byte) 0);
      if (der != null) {
        Arrays.fill(der, (byte) 0);
      }
    }
  }

  /** A PKCS#12 file with the key and its chain, as Java, OpenSSL and browsers read it. */
  public static byte[] pkcs12(
      SigningKey key, List<Certificate> chain, String name, char[] password, Entropy entropy) {
    return Pkcs12.write(key, chain, name, password, entropy);
  }

  /** Reads the one key of a PKCS#12 file, made here or elsewhere. */
  public static Decoded<Contents> fromPkcs12(byte[] file, char[] password) {
    if (file.length > AdmissionLimits.KEY_FILE_BYTES) {
      return new Decoded.Malformed<>("the key file is far too large");
    }
    try {
      // Reading is left to the platform, which knows the many ways in which others encrypt.
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(file), password);
      for (String alias : Collections.list(store.aliases())) {
        if (store.isKeyEntry(alias)) {
          return contents(store, alias, password);
        }
      }
      return new Decoded.Malformed<>("the file holds no private key");
    } catch (UnrecoverableKeyException e) {
      return new Decoded.Malformed<>("the password does not fit the key");
    } catch (IOException e) {
      return new Decoded.Malformed<>(
          e.getCause() instanceof UnrecoverableKeyException
              ? "the password does not fit the file"
              : "this is not a PKCS#12 file, or it is damaged");
    } catch (GeneralSecurityException | RuntimeException e) {
      return new Decoded.Malformed<>("this is not a PKCS#12 file that can be read here");
    }
  }

  private static Decoded<Contents> contents(KeyStore store, String alias, char[] password)
      throws GeneralSecurityException {
    Key key = store.getKey(alias, password);
    byte[] der = key.getEncoded();
    Decoded<SigningKey> read = SigningKey.fromPkcs8(der);
    Arrays.fill(der, (byte) 0);
    if (read instanceof Decoded.Malformed<SigningKey> bad) {
      return new Decoded.Malformed<>(bad.reason());
    }
    SigningKey signing = read.orThrow();
    List<Certificate> chain = new ArrayList<>();
    java.security.cert.Certificate @Nullable [] found = store.getCertificateChain(alias);
    for (java.security.cert.Certificate each :
        found == null ? new java.security.cert.Certificate[0] : found) {
      switch (Certificate.decode(Bytes.owning(each.getEncoded()))) {
        case Decoded.Ok<Certificate> ok -> chain.add(ok.value());
        case Decoded.Malformed<Certificate> bad -> {
          signing.close();
          return new Decoded.Malformed<>(
              "certificate " + (chain.size() + 1) + " is not acceptable: " + bad.reason());
        }
      }
    }
    if (!chain.isEmpty() && !chain.get(0).key().equals(signing.spki())) {
      signing.close();
      return new Decoded.Malformed<>("the certificate is over another key than the file's");
    }
    return new Decoded.Ok<>(new Contents(signing, List.copyOf(chain)));
  }

  private static int indexOf(byte[] text, byte[] wanted, int from) {
    for (int i = from; i + wanted.length <= text.length; i++) {
      if (Arrays.equals(text, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
