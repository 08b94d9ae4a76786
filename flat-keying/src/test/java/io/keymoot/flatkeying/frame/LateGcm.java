package io.keymoot.flatkeying.frame;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.CipherSpi;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** GCM of the platform, given its key not when it is initialised but at the first byte. */
final class LateGcm extends CipherSpi {
  static final class Late extends Cipher {
    Late(LateGcm gcm) {
      super(gcm, Security.getProvider("SunJCE"), "AES/GCM/NoPadding");
    }
  }

  private byte[] taken = {};
  private byte[] nonce = {};
  private int mode;
  private @Nullable Cipher begun;

  byte[] taken() {
    return taken;
  }

  private Cipher begun() {
    try {
      Cipher had = begun;
      if (had == null) {
        had = Cipher.getInstance("AES/GCM/NoPadding");
        had.init(mode, new SecretKeySpec(taken, "AES"), new GCMParameterSpec(128, nonce));
        begun = had;
      }
      return had;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected void engineInit(int opmode, Key key, AlgorithmParameterSpec with, SecureRandom random) {
    mode = opmode;
    taken = key.getEncoded();
    nonce = ((GCMParameterSpec) with).getIV();
    begun = null;
  }

  @Override
  protected void engineUpdateAAD(byte[] in, int at, int length) {
    begun().updateAAD(in, at, length);
  }

  @Override
  protected int engineDoFinal(byte[] in, int at, int length, byte[] out, int outAt) {
    try {
      return begun().doFinal(out, outAt);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- nobody asks for these

  @Override
  protected byte[] engineDoFinal(byte[] in, int at, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected byte[] engineUpdate(byte[] in, int at, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected int engineUpdate(byte[] in, int at, int length, byte[] out, int outAt) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void engineInit(int opmode, Key key, SecureRandom random) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void engineInit(int opmode, Key key, AlgorithmParameters with, SecureRandom random) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void engineSetMode(String asked) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void engineSetPadding(String padding) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected int engineGetBlockSize() {
    return 16;
  }

  @Override
  protected int engineGetOutputSize(int length) {
    return length + 16;
  }

  @Override
  protected byte[] engineGetIV() {
    return nonce;
  }

  @Override
  protected AlgorithmParameters engineGetParameters() {
    throw new UnsupportedOperationException();
  }
}
