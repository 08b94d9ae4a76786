package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.key.Handshake;
import io.keymoot.flatkeying.key.Seal;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Covers and Relays: what decodes, encodes to the same bytes; all else is refused. */
class CoverCodecTest {
  private final Random random = new Random(1);

  private Bytes bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Bytes.owning(bytes);
  }

  private Cover cover() {
    Optional<Cover.Refresh> refresh =
        random.nextBoolean()
            ? Optional.of(new Cover.Refresh(random.nextInt(9), bytes(48)))
            : Optional.empty();
    List<Cover.SlotWrap> wraps = new ArrayList<>();
    for (int position = 0; position < 32; position++) {
      if (random.nextInt(4) == 0) {
        wraps.add(new Cover.SlotWrap(position, bytes(48)));
      }
    }
    List<Cover.Order> orders = new ArrayList<>();
    List<Cover.Sealed> seals = new ArrayList<>();
    for (int place = 0; place < 40; place++) {
      if (random.nextInt(4) == 0) {
        orders.add(new Cover.Order(place, random.nextInt(32)));
      }
      if (random.nextInt(4) == 0) {
        Optional<Handshake.Offer> offer =
            random.nextInt(4) == 0
                ? Optional.of(new Handshake.Offer(bytes(1_216), bytes(1_120), bytes(16)))
                : Optional.empty();
        seals.add(new Cover.Sealed(place, offer, new Seal(random.nextInt(9), bytes(48))));
      }
    }
    Optional<Bytes> tree = random.nextBoolean() ? Optional.of(bytes(5)) : Optional.empty();
    return new Cover(refresh, wraps, orders, seals, tree);
  }

  @Test
  void aCoverComesBackAsItWas() {
    for (int i = 0; i < 200; i++) {
      Cover cover = cover();
      Bytes bytes = cover.encode();
      assertThat(Cover.decode(bytes)).isEqualTo(new Decoded.Ok<>(cover));
    }
  }

  @Test
  void whatIsCutOffOrChangedIsRefusedOrSaysTheSame() {
    for (int i = 0; i < 60; i++) {
      Bytes bytes = cover().encode();
      for (int length = 0; length < bytes.length(); length += 1 + random.nextInt(40)) {
        assertThat(Cover.decode(bytes.slice(0, length))).isInstanceOf(Decoded.Malformed.class);
      }
      byte[] longer = java.util.Arrays.copyOf(bytes.toArray(), bytes.length() + 1);
      assertThat(Cover.decode(Bytes.owning(longer))).isInstanceOf(Decoded.Malformed.class);
      for (int flips = 0; flips < 50; flips++) {
        byte[] changed = bytes.toArray();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        if (Cover.decode(Bytes.owning(changed)) instanceof Decoded.Ok<Cover> ok) {
          assertThat(ok.value().encode().toArray()).isEqualTo(changed);
        }
      }
    }
  }

  @Test
  void placesAndOrdersAscend() {
    Seal seal = new Seal(0, bytes(48));
    Cover.Sealed one = new Cover.Sealed(1, Optional.empty(), seal);
    Cover.Sealed two = new Cover.Sealed(2, Optional.empty(), seal);
    assertMalformed(Cover.of(Optional.empty(), List.of(two, one)));
    assertMalformed(Cover.of(Optional.empty(), List.of(one, one)));
    Cover.Order order = new Cover.Order(3, 4);
    assertMalformed(ordering(List.of(order, order)));
    assertMalformed(ordering(List.of(order, new Cover.Order(3, 2))));
    assertMalformed(ordering(List.of(new Cover.Order(3, 32))));
  }

  private static Cover ordering(List<Cover.Order> orders) {
    return new Cover(Optional.empty(), List.of(), orders, List.of(), Optional.empty());
  }

  private static void assertMalformed(Cover cover) {
    assertThat(Cover.decode(cover.encode())).isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void aCountAllocatesNothingByItself() {
    // No refresh, no wraps, as many orders as a count can say, and nothing behind it.
    Bytes many = new WireWriter().u8(0).u32(0).u16(0xffff).toBytes();
    assertThat(Cover.decode(many)).isInstanceOf(Decoded.Malformed.class);
    Bytes seals = new WireWriter().u8(0).u32(0).u16(0).u16(1_023).toBytes();
    assertThat(Cover.decode(seals)).isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void aTreesPlacesAreItsBits() {
    List<Integer> places = List.of(0, 3, 8, 17, 39);
    assertThat(Cover.places(Cover.bits(places, 40))).isEqualTo(places);
    assertThat(Cover.bits(places, 40).length()).isEqualTo(5);
  }

  // ---- Relays

  private Relay relay() {
    List<Relay.SlotWrap> wraps = new ArrayList<>();
    for (int position = random.nextInt(5); position < 32; position += 1 + random.nextInt(9)) {
      wraps.add(new Relay.SlotWrap(position, bytes(48)));
    }
    return new Relay(random.nextLong(), random.nextInt(65_536), wraps);
  }

  @Test
  void aRelayComesBackAsItWas() {
    for (int i = 0; i < 100; i++) {
      Relay relay = relay();
      Bytes bytes = SideCodec.encode(relay);
      assertThat(SideCodec.typeOf(bytes)).contains(MessageType.RELAY);
      assertThat(SideCodec.decode(bytes)).isEqualTo(new Decoded.Ok<SideMessage>(relay));
      assertThat(bytes.length())
          .isEqualTo(SideCodec.RELAY_BYTES + SideCodec.RELAYED_WRAP_BYTES * relay.wraps().size());
    }
  }

  @Test
  void aRelayThatIsNotAsItShouldBeIsRefused() {
    Bytes wrap = bytes(48);
    Relay.SlotWrap five = new Relay.SlotWrap(5, wrap);
    List<UnaryOperator<Relay>> wrongs =
        List.of(
            relay -> new Relay(relay.epoch(), 1, List.of()),
            relay -> new Relay(relay.epoch(), 1, List.of(five, five)),
            relay -> new Relay(relay.epoch(), 1, List.of(five, new Relay.SlotWrap(4, wrap))),
            relay -> new Relay(relay.epoch(), 1, List.of(new Relay.SlotWrap(32, wrap))));
    for (UnaryOperator<Relay> wrong : wrongs) {
      Bytes bytes = SideCodec.encode(wrong.apply(relay()));
      assertThat(SideCodec.decode(bytes)).isInstanceOf(Decoded.Malformed.class);
    }
    Bytes whole = SideCodec.encode(relay());
    for (int length = 0; length < whole.length(); length++) {
      assertThat(SideCodec.decode(whole.slice(0, length))).isInstanceOf(Decoded.Malformed.class);
    }
  }
}
