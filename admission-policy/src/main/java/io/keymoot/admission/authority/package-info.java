/**
 * A small authority for people without one: root, site, device.
 *
 * <p>A device makes a {@link io.keymoot.flatkeying.crypto.SigningKey} and a {@link
 * io.keymoot.admission.authority.CertificateRequest}; an {@link
 * io.keymoot.admission.authority.Authority} turns the request into a certificate. The root signs
 * sites, a site signs devices, so the root's key can lie in a safe. {@link
 * io.keymoot.admission.authority.KeyFile} makes and reads the bytes of key files; who writes them
 * to disk gives nobody else the right to read them.
 *
 * <p>Dates and randomness are arguments here as everywhere in the cores.
 */
@NullMarked
package io.keymoot.admission.authority;

import org.jspecify.annotations.NullMarked;
