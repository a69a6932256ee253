"""Writes a caller's key pair: keys.py PRIVATE_PEM PUBLIC_JWKS"""

import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

from calls import KEY_ID

private = ec.generate_private_key(ec.SECP384R1())
pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
Path(sys.argv[1]).write_bytes(pem)
public = ECAlgorithm.to_jwk(private.public_key(), as_dict=True) | {"kid": KEY_ID, "alg": "ES384", "use": "sig"}
Path(sys.argv[2]).write_text(json.dumps({"keys": [public]}))
