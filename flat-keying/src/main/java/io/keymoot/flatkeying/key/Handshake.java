package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.WireReader;
import io.keymoot.flatkeying.wire.WireWriter;

/** The two messages that make a session. */
public sealed interface Handshake {

  /**
   * Travels with its sender's first seal, <b>inside a message that the sender signs</b>: an Offer
   * by itself proves only that its maker knew the receiver's public key.
   *
   * @param ephemeral X-Wing public key of this handshake alone
   * @param encapsulation to the receiver's leaf key
   * @param proof that the maker knows what it encapsulated, so garbage makes no session
   */
  record Offer(Bytes ephemeral, Bytes encapsulation, Bytes proof) implements Handshake {
    static final int PROOF_BYTES = 16;
    public static final int BYTES = LeafKey.BYTES + LeafKey.ENCAPSULATION_BYTES + PROOF_BYTES;

    public static Offer read(WireReader in) {
      return new Offer(
          in.fixed(LeafKey.BYTES, "ephemeral key"),
          in.fixed(LeafKey.ENCAPSULATION_BYTES, "encapsulation"),
          in.fixed(PROOF_BYTES, "proof"));
    }

    public void write(WireWriter out) {
      out.fixed(ephemeral).fixed(encapsulation).fixed(proof);
    }
  }

  /**
   * Needs no signature: only the holder of the leaf key offered to can make the confirmation.
   *
   * @param encapsulation to the Offer's ephemeral key
   * @param confirmation that its maker has the session's keys
   */
  record Answer(Bytes encapsulation, Bytes confirmation) implements Handshake {
    static final int CONFIRMATION_BYTES = 32;
    public static final int BYTES = LeafKey.ENCAPSULATION_BYTES + CONFIRMATION_BYTES;

    public static Answer read(WireReader in) {
      return new Answer(
          in.fixed(LeafKey.ENCAPSULATION_BYTES, "encapsulation"),
          in.fixed(CONFIRMATION_BYTES, "confirmation"));
    }

    public void write(WireWriter out) {
      out.fixed(encapsulation).fixed(confirmation);
    }
  }
}
