package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.Entropy;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;

/**
 * A leaf key as somebody has it who broke one half: X25519 by a quantum computer, or ML-KEM by a
 * clever idea. The other half is not the victim's.
 */
public final class HalfKeys {
  private HalfKeys() {}

  public static LeafKeyPair onlyTheCurveOf(LeafKeyPair victim, Entropy entropy) {
    return pair(victim, LeafKeyPair.generate(entropy), victim);
  }

  public static LeafKeyPair onlyTheLatticeOf(LeafKeyPair victim, Entropy entropy) {
    return pair(victim, victim, LeafKeyPair.generate(entropy));
  }

  private static LeafKeyPair pair(LeafKeyPair victim, LeafKeyPair lattice, LeafKeyPair curve) {
    try {
      Constructor<LeafKeyPair> make =
          LeafKeyPair.class.getDeclaredConstructor(
              LeafKey.class, MLKEMPrivateKeyParameters.class, byte[].class);
      make.setAccessible(true);
      return make.newInstance(victim.publicKey(), field(lattice, "lattice"), field(curve, "curve"));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a LeafKeyPair is not made of these halves any more", e);
    }
  }

  private static Object field(LeafKeyPair pair, String name) throws ReflectiveOperationException {
    Field field = LeafKeyPair.class.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(pair);
  }
}
