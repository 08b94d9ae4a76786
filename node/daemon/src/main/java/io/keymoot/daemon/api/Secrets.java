package io.keymoot.daemon.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/** Words that open something. What is kept of them is their hash, so no heap dump shows one. */
public final class Secrets {
  private Secrets() {}

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 32;

  /** A fresh one, in letters that fit into links, cookies and headers. */
  public static byte[] fresh() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    byte[] text = Base64.getUrlEncoder().withoutPadding().encode(bytes);
    Arrays.fill(bytes, (byte) 0);
    return text;
  }

  /** What is kept of one. */
  public static final class Hash {
    private final byte[] hash;

    private Hash(byte[] hash) {
      this.hash = hash;
    }

    /** Wipes the array. */
    public static Hash of(byte[] secret) {
      byte[] hash = sha256(secret);
      Arrays.fill(secret, (byte) 0);
      return new Hash(hash);
    }

    static Hash of(String secret) {
      return of(secret.getBytes(StandardCharsets.UTF_8));
    }

    /** In constant time. */
    boolean fits(String secret) {
      return MessageDigest.isEqual(hash, sha256(secret.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String toString() {
      return "Hash";
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
