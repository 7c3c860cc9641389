"""Changes to files that know what the files are made of: cells of a table, values of a json, headers of arrays, entries of archives.

Every function takes bytes and a `random.Random` and gives bytes; the same state of the random numbers gives the same bytes."""
import io, json, math, pickletools, stat, struct, zipfile
import numpy as np

NUMERALS = [
    '1_000', '٣', '１', '½', '1e999', '-1e999', '1e300', '1e39', '1e-320', '0x10', '1e', '--1', '+5', '-5', '0', '-0', '0.5', '1.0',
    '2.0000001', '1e3', 'inf', '-inf', 'Infinity', 'NaN', 'nan', 'NA', 'None', 'null', '', ' 7 ', '7\xa0', '1,5', '1 000', '1;2',
    '2147483648', '-2147483649', '9007199254740993', '1e15', '9' * 20, '9' * 5000, 'True', '-1', '007', '=1+1', '-1+1',
    '\x1b[31m7', '\u202e7', '0.1' + '0' * 400 + '1', '1e-400', '.5', '5.', '.', 'e5', '"7"', '1e+05', '99', '3e38', '1e6', '-99999',
]
TEXTS = [
    '', ' ', '.', '..', '../x', '/etc/passwd', 'C:\\x', 'a/b', 'a\\b', 'a\nb', 'a\rb', 'x\x00y', '\x1b[2J', '\x7f',
    '\x85', 'e\u0301',
    '\u200b', '\u202e', 'x' * 300, 'x' * 5000, '"', "'", "''=1", '=cmd()', '\ud83d', '\ufeff', '😀', 'nan', 'None',
    'True', '0', '-1',
    'train', 'valid', 'test', 'all', 'p00', 'P00', 'touch head', '%s', '{}', '{start}', '<b>', ',', ';', '\t', 'recordings.csv',
]
VALUES = [   # of json, as they stand in the file
    'null', 'true', 'false', '0', '-1', '1', '2', '1.5', '1e308', '1e999', '-0.0', 'NaN', 'Infinity', '1e-320',
    '9' * 5000, '2147483648',
    '18446744073709551616', '1e15', '""', '"x"', '"0"', '"\\ud83d"', '"\\u0000"', '"a\\nb"', '"\\u001b[31m"',
    '"../../x"', '[]', '{}',
    '[[]]', '[null]', '["a"]', '["a", "a"]', '{"a": 1}', '{"": null}', '[0, 0]', '[1, 2, 3]', '[[0, 1]]', '[[0, 99]]', '[1e999]',
    '100000', '1000000000', '-5', '0.1', '1e-9', '"nan"', '"cpu"', '"joint"', '"ridge"', '"stgcn"', '"' + 'x' * 3000 + '"',
]
DTYPES = [
    '<f8', '>f4', '<f2', '<f4', '|O', '<U5', '|S4', '<M8[s]', '<m8', '|V10', '<i8', '<i4', '|u1', '<u8', '|b1', '<c8',
    '<f16', 'f', 'zz', '',
    "[('x', '<f4')]", "('<f4', (2,))", '<f4,<i4', '4f', None, 7,
]
SIZES = [0, 1, 2, -1, 3, 7, 2 ** 31, 2 ** 40, 2 ** 62, 2 ** 63, 2 ** 70, 10 ** 4000, True, 1.5, None, 'x', 255, 65536]

# ---- bytes

def flip(raw, rng):
    at = rng.randrange(len(raw) or 1)
    raw[at:at + 1] = bytes([rng.randrange(256)])

def cut(raw, rng):
    at = rng.randrange(len(raw) or 1)
    del raw[at:at + rng.choice([1, 2, 8, 100, len(raw)])]

def double(raw, rng):
    at = rng.randrange(len(raw) or 1)
    raw[at:at] = raw[at:at + rng.choice([1, 4, 50, 400])]

def overwrite(raw, rng):
    at = rng.randrange(len(raw) or 1)
    new = rng.choice([bytes(4), b'\xff' * 4, b'\xff' * 8, b'\x80', b'\n', b'\r', b'"', b',', rng.randbytes(6),
                      b'\xed\xa0\xbd', b'\0'])
    raw[at:at + rng.choice([0, len(new)])] = new

def move(raw, rng):
    at = rng.randrange(len(raw) or 1)
    part = raw[at:at + rng.choice([1, 8, 64])]
    del raw[at:at + len(part)]
    to = rng.randrange(len(raw) + 1)
    raw[to:to] = part

def damage(raw, rng, most=3):
    "A few bytes flipped, cut, doubled, overwritten or moved"
    raw = bytearray(raw)
    for _ in range(rng.randint(1, most)): rng.choice([flip, flip, cut, double, overwrite, overwrite, move])(raw, rng)
    return bytes(raw)

# ---- tables

def _cell(rows, rng):
    row = rng.choice(rows)
    return row, rng.randrange(len(row))

def set_number(rows, rng):
    row, k = _cell(rows, rng)
    row[k] = rng.choice(NUMERALS)

def set_text(rows, rng):
    row, k = _cell(rows, rng)
    row[k] = rng.choice(TEXTS)

def set_other(rows, rng):
    row, k = _cell(rows, rng)
    other, j = _cell(rows, rng)
    row[k], other[j] = other[j], row[k]

def set_column(rows, rng):
    k = rng.randrange(len(rows[0]))
    value = rng.choice(NUMERALS[:45] + TEXTS[:8])
    for row in rows[rng.choice([0, 1]):]: row[k:k + 1] = [value]

def huge_cell(rows, rng):
    row, k = _cell(rows, rng)
    row[k] = rng.choice('9x"') * 140_000

def quote_cell(rows, rng):
    row, k = _cell(rows, rng)
    row[k] = rng.choice(['"{}"', '"{}', '{}"', '""{}""', '"{}"x', '"a,{}"', '"a\n{}"', "'{}", "'={}"]).format(row[k])

def shift_number(rows, rng):
    row, k = _cell(rows, rng)
    try: row[k] = str(int(row[k]) + rng.choice([-100, -2, -1, 1, 2, 100, 10 ** 6]))
    except ValueError: row[k] = ''

def drop_cell(rows, rng):
    row, k = _cell(rows, rng)
    if len(row) > 1: del row[k]

def drop_row(rows, rng):
    if len(rows) > 1: del rows[rng.randrange(len(rows))]

def add_cell(rows, rng): rng.choice(rows).append(rng.choice(['', '1', 'x']))
def drop_header(rows, rng): del rows[:1 if len(rows) > 1 else 0]
def double_row(rows, rng): rows.insert(rng.randrange(len(rows) + 1), list(rng.choice(rows)))
def blank_row(rows, rng): rows.insert(rng.randrange(len(rows) + 1), rng.choice([[''], ['', ''], [' '], [''] * len(rows[0])]))
def shuffle_rows(rows, rng): rng.shuffle(rows)
def double_header(rows, rng): rows.insert(rng.choice([0, 1, len(rows)]), list(rows[0]))
def count_header(rows, rng): rows.insert(0, [str(k) for k in range(len(rows[0]))])
def name_header(rows, rng): rows.insert(0, [f'c{k}' for k in range(len(rows[0]))])
def keep_rows(rows, rng): del rows[rng.choice([1, 2]):]
def many_rows(rows, rng): rows.extend([list(rows[-1]) for _ in range(50)])

def reorder_columns(rows, rng):
    k = rng.randrange(len(rows[0]))
    for row in rows: row[:] = row[k:] + row[:k]

def drop_column(rows, rng):
    k = rng.randrange(len(rows[0]))
    for row in rows:
        if len(row) > 1: del row[k:k + 1]

def double_column(rows, rng):
    k = rng.randrange(len(rows[0]))
    for row in rows: row[k:k] = row[k:k + 1]

ROW_CHANGES = [
    set_number, set_number, set_number, set_text, set_text, set_other, set_column, quote_cell, shift_number,
    shift_number, drop_cell, add_cell,
    drop_row, drop_header, double_row, blank_row, shuffle_rows, double_header, count_header, name_header, keep_rows, many_rows,
    reorder_columns, drop_column, double_column,
]

def encode(text, rng):
    "A text as bytes, now and then as nobody should write it"
    raw = text.encode('utf-8', 'surrogatepass')
    way = rng.randrange(24)
    if way == 0: return b'\xef\xbb\xbf' + raw
    if way == 1: return text.encode('utf-16', 'surrogatepass')
    if way == 2: return raw.replace(b'\n', b'\r\n')
    if way == 3: return raw.replace(b'\n', b'\r')
    if way == 4: return text.encode('latin-1', 'replace')
    if way == 5: return raw + b'\0'
    if way == 6: return raw.rstrip(b'\n')
    if way == 7: return b'\xef\xbb\xbf' * 2 + raw
    return raw

def table(raw, rng):
    "A CSV file with cells, rows, columns, quotes or encoding changed"
    if rng.random() < .15: return damage(raw, rng)
    rows = [line.split(',') for line in raw.decode().splitlines()] or [['']]
    for _ in range(rng.choice([0, 1, 1, 1, 1, 2, 3])):
        rows = [row for row in rows if row] or [['']]
        change = huge_cell if rng.random() < .01 else rng.choice(ROW_CHANGES)
        change(rows, rng)
    delimiter = rng.choice([','] * 20 + [';', '\t', ', '])
    return encode(''.join(delimiter.join(row) + '\n' for row in rows), rng)

# ---- json

class Raw:
    "A value as it shall stand in the file"
    def __init__(self, text): self.text = text

def _places(x, at=()):
    "(container, key) of every value in a json"
    items = x.items() if isinstance(x, dict) else enumerate(x) if isinstance(x, list) else ()
    for k, v in list(items):
        yield x, k
        yield from _places(v)

def write(x):
    "Json, with raw values as they are"
    if isinstance(x, Raw): return x.text
    if isinstance(x, dict): return '{' + ', '.join(f'{json.dumps(k)}: {write(v)}' for k, v in x.items()) + '}'
    if isinstance(x, list): return '[' + ', '.join(map(write, x)) + ']'
    return json.dumps(x)

def _json_value(box, k, rng): box[k] = Raw(rng.choice(VALUES))

def _json_drop(box, k, rng): del box[k]

def _json_scale(box, k, rng):
    v = box[k]
    if isinstance(v, (int, float)): box[k] = Raw(str(v * rng.choice([-1, 0, 2, .5, 1000, 1e9, 1e300])))
    else: box[k] = Raw(rng.choice(VALUES))

def _json_wrap(box, k, rng): box[k] = rng.choice([[box[k]], {'a': box[k]}, [box[k], box[k]]])

def _json_text(box, k, rng): box[k] = rng.choice(TEXTS)

def _json_deep(box, k, rng):
    n = rng.choice([3, 200, 3000, 100_000])
    box[k] = Raw('[' * n + ']' * n if rng.random() < .5 else '{"a":' * n + '1' + '}' * n)

def _json_rename(box, k, rng):
    if isinstance(box, dict): box[rng.choice(TEXTS)] = box.pop(k)

def _json_number_text(box, k, rng): box[k] = str(box[k]) if isinstance(box[k],
                                                                       (int, float)) else rng.choice([0, 1, -1, 1.5, 10 ** 30])

def _json_repeat(box, k, rng):
    if isinstance(box, list): box.insert(k, box[k])
    elif isinstance(box[k], list): box[k] = box[k] * rng.choice([0, 2, 3])

JSON_CHANGES = [_json_value] * 8 + [_json_drop, _json_drop, _json_scale, _json_scale, _json_wrap, _json_text, _json_rename,
                                   _json_number_text, _json_repeat]

def document(raw, rng):
    "A json file with values, keys, nesting or text changed"
    if rng.random() < .12: return damage(raw, rng)
    box = [json.loads(raw)]
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        places = list(_places(box))
        if not places: break
        top = rng.random() < .04
        change = _json_deep if rng.random() < .02 else rng.choice(JSON_CHANGES)
        change(*(places[0] if top else rng.choice(places)), rng)
    text = write(box[0]) if box else ''
    if rng.random() < .04: text = text[:-1] + rng.choice([', "classes": 1}', ', "a": 1, "a": 2}', ',}', '', '}}', '} x', '} // x'])
    return encode(text, rng)

# ---- arrays

def _npy_parts(raw):
    "Magic and version, the dict of the header, the content"
    n = struct.unpack('<H', raw[8:10])[0]
    return raw[:8], eval(raw[10:10 + n]), raw[10 + n:]

def npy_bytes(header, content, version=b'\x01\x00', magic=b'\x93NUMPY', length=None):
    "A .npy of any header"
    text = header if isinstance(header, bytes) else repr(header).encode('utf-8', 'replace')
    text += b' ' * (-(len(text) + 11) % 64) + b'\n'
    n = len(text) if length is None else length
    size = struct.pack('<H', n % 65536) if version[0] < 2 else struct.pack('<I', n % 2 ** 32)
    return magic + version + size + text + content

ODD_FLOATS = [math.nan, math.inf, -math.inf, 1e300, -1e300, 3e38, -3e38, 1e30, 1e20, 1e10, 1e7, 1e-310, 1e-45, -0., 0.,
              -1., 2., 1e6, 999999., .5]

def _poke(content, dtype, rng):
    "Odd numbers at some places of an array"
    x = np.frombuffer(content, dtype).copy()
    if not x.size or x.dtype.kind != 'f': return content
    with np.errstate(over='ignore'):
        for _ in range(rng.choice([1, 1, 3, 20])):
            value = np.dtype(dtype).type(rng.choice(ODD_FLOATS))
            at = rng.randrange(x.size)
            if rng.random() < .2: x[at::rng.choice([1, 2, 3, 18])] = value
            else: x[at] = value
    return x.tobytes()

def _npy_shape(header, content, rng):
    shape = list(header['shape'])
    if rng.random() < .5:
        shape[rng.randrange(len(shape))] = rng.choice(SIZES)
        header['shape'] = tuple(shape)
    else: header['shape'] = rng.choice([(), tuple(shape[::-1]), tuple(shape) + (1,), (1,) * 40, tuple(shape[:-1]),
                                        [*shape], shape[0], None, 'x',
                                        (math.prod(shape),), (shape[0] * 2, *shape[1:]), (0, *shape[1:]), (1, *shape[1:])])
    return content

def _npy_type(header, content, rng):
    header['descr'] = rng.choice(DTYPES)
    return content

def _npy_cast(header, content, rng):
    "The same numbers in another type"
    kind = rng.choice(['<f8', '>f4', '<f2', '>f8', '<i8', '<i4', '|u1', '<u8', '<c16', '|b1', '|O', '<U8'])
    x = np.frombuffer(content, header['descr'])
    header['descr'] = kind
    if kind == '|O': return content
    with np.errstate(over='ignore', invalid='ignore'): x = x.astype(kind)
    return _poke(x.tobytes(), kind, rng)

def _npy_order(header, content, rng):
    header['fortran_order'] = rng.choice([True, True, 'x', 1, None, 7.])
    return content

def _npy_key(header, content, rng):
    k = rng.choice(list(header))
    v = header.pop(k)
    if rng.random() < .5: header[rng.choice(['x', 'Shape', '', 7])] = v
    return content

def _npy_content(header, content, rng):
    return rng.choice([content[:len(content) // 2], content[:-1], content + b'x', content * 2, b''])

def _npy_poke(header, content, rng): return _poke(content, '<f4' if header['descr'] == '<f4' else '<f8', rng)

NPY_CHANGES = [_npy_shape, _npy_shape, _npy_type, _npy_cast, _npy_cast, _npy_order, _npy_key, _npy_content] + [_npy_poke] * 4
NPY_TEXTS = [b'', b'{', b'None', b'[]', b'{}', b'1_000', b'{' * 300, b'(' * 5000,
             b"{'descr': '<f4', 'fortran_order': False, 'shape': (9" + b'9' * 5000 + b',)}',
             b"{'descr': '<f4', 'fortran_order': False, 'shape': (1L, 6L, 3L)}", b"__import__('os')", b"\xff\xfe",
             b"{'descr': '<f4'}" + b' ' * 20_000]

def array(raw, rng):
    "A .npy with magic, version, header or content changed"
    if rng.random() < .15: return damage(raw, rng)
    magic, header, content = _npy_parts(raw)
    if rng.random() < .06: return npy_bytes(rng.choice(NPY_TEXTS), content)
    for _ in range(rng.choice([0, 1, 1, 1, 2])):
        if not {'shape', 'descr'} <= set(header) or not isinstance(header['shape'], tuple) or not header['shape']: break
        if header['descr'] not in ('<f4', '<f8'): break
        if len(content) % int(header['descr'][2]) or not all(type(n) is int for n in header['shape']): break
        content = rng.choice(NPY_CHANGES)(header, content, rng)
    version = rng.choice([b'\x01\x00'] * 12 + [b'\x02\x00', b'\x02\x00', b'\x03\x00', b'\x00\x00', b'\x09\x09'])
    magic = rng.choice([b'\x93NUMPY'] * 24 + [b'\x93NUMPZ', b'PK\x03\x04ab', b'\x80\x04\x95\x00\x00\x00'])
    length = rng.choice([None] * 24 + [0, 1, 60000, 2 ** 31])
    return npy_bytes(header, content, version, magic, length)

# ---- safetensors

ST_TYPES = ['F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'U8', 'BOOL', 'F8_E4M3', 'C64', 'X', '', 7, None]

def st_parts(raw):
    "The header and the content of a safetensors file"
    n = int.from_bytes(raw[:8], 'little')
    return json.loads(raw[8:8 + n]), raw[8 + n:]

def st_bytes(header, content, length=None):
    text = (header if isinstance(header, str) else write(header)).encode('utf-8', 'surrogatepass')
    text += b' ' * (-len(text) % 8)
    return (len(text) if length is None else length).to_bytes(8, 'little') + text + content

def _st_words(header, content, rng):
    "The json inside the metadata"
    words = header.get('__metadata__', {})
    if not words: return content
    k = rng.choice(list(words))
    try: words[k] = document(words[k].encode(), rng).decode('utf-8', 'replace')
    except (ValueError, AttributeError, RecursionError): words[k] = rng.choice(TEXTS[:20])   # changed before, and no json now
    return content

def _st_meta(header, content, rng):
    change = rng.randrange(4)
    if change == 0: header.pop('__metadata__', None)
    elif change == 1: header['__metadata__'] = rng.choice([{}, {'mgnb': ''}, {'mgnb': '[]'}, {'mgnb': '9' * 5000},
                                                           {'mgnb': '{}'}, {'x': '{}'}, 7, {'mgnb': 7}])
    elif change == 2: header['__metadata__'] = {k: rng.choice(['{}', '[]', 'null', '7', '""',
                                                               '[[' * 3000]) for k in header.get('__metadata__', {})}
    else: return _st_words(header, content, rng)
    return content

def _tensors(header): return [k for k in header if k != '__metadata__']

def _st_shape(header, content, rng):
    t = header[rng.choice(_tensors(header))]
    change = rng.randrange(4)
    if change == 0: t['shape'] = rng.choice([[], [-1], [0], [2 ** 40], [2 ** 63], [1.5], 'x', None, [1] * 40,
                                             t['shape'][::-1], [math.prod(t['shape'])]])
    elif change == 1: t['dtype'] = rng.choice(ST_TYPES)
    elif change == 2: t['data_offsets'] = rng.choice([[0, 0], [0, 4], [-4, 0], [4, 0], [0, 2 ** 63], None, [0],
                                                      t['data_offsets'][::-1], [8, 1e9]])
    else: t.pop(rng.choice(list(t)))
    return content

def _st_name(header, content, rng):
    names = _tensors(header)
    a, b = rng.choice(names), rng.choice(names + TEXTS)
    header[a], header[b] = header.get(b, header[a]), header[a]
    if rng.random() < .5: header.pop(a, None)
    return content

def _st_poke(header, content, rng):
    t = header[rng.choice(_tensors(header))]
    begin, end = t['data_offsets']
    kind = {'F32': '<f4', 'F64': '<f8', 'F16': '<f2', 'I64': '<i8'}.get(t['dtype'])
    if kind is None or (end - begin) % np.dtype(kind).itemsize: return content
    part = np.frombuffer(content[begin:end], kind)
    if kind == '<i8': part = np.where(np.arange(len(part)) == rng.randrange(len(part) or 1),
                                      rng.choice([-1, 2 ** 62, 0, 10 ** 6]), part)
    return content[:begin] + (_poke(part.tobytes(), kind, rng) if kind != '<i8' else part.astype(kind).tobytes()) + content[end:]

def _st_content(header, content, rng): return rng.choice([content[:len(content) // 2], content[:-1], content + b'x',
                                                          content * 2, b''])

ST_CHANGES = [_st_words] * 4 + [_st_meta, _st_meta, _st_shape, _st_shape, _st_name, _st_poke, _st_poke, _st_poke, _st_content]

def tensors(raw, rng):
    "A safetensors file with header, metadata or numbers changed"
    if rng.random() < .15: return damage(raw, rng)
    header, content = st_parts(raw)
    for _ in range(rng.choice([1, 1, 1, 2])):
        try: content = rng.choice(ST_CHANGES)(header, content, rng)
        except (IndexError, KeyError, TypeError, ValueError, AttributeError): break   # the second change found nothing that it knows
    length = rng.choice([None] * 24 + [0, 8, 2 ** 40, 2 ** 63])
    return st_bytes(header, content, length)

# ---- archives

NAMES = ['../x.csv', '/abs.csv', 'C:\\x.csv', '..\\x', 'a/../../x', 'a\0b', 'x' * 300, 'x' * 5000, 'é.csv',
         'e\u0301.csv', 'CON', '.', '', 'a//b', './a', 'a/',
         'a', 'A', '\x1b[31m.csv', '\u202e.csv', 'a\nb', ' ', 'a ', '~/x', '....//x', 'd/' * 200 + 'x', '0001',
         '0001/0001_label.csv/x', 'im']
PACKINGS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]

def zip_bytes(entries, packing):
    "A zip of (ZipInfo or name, content)"
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', packing) as z:
        for name, content in entries: z.writestr(name, content)
    return out.getvalue()

def link(name, target):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry, target

def _patch(raw, rng):
    "Another size, checksum, method, flag or offset in the directory of an archive"
    raw = bytearray(raw)
    starts = [i for i in range(len(raw) - 4) if raw[i:i + 4] in (b'PK\x01\x02', b'PK\x03\x04', b'PK\x05\x06')]
    if not starts: return bytes(raw)
    at = rng.choice(starts)
    field = at + rng.choice([4, 6, 8, 10, 14, 16, 18, 20, 22, 24, 26, 28, 30, 38, 42])
    raw[field:field + rng.choice([1, 2, 4])] = rng.choice([b'\xff' * 4, bytes(4), b'\x01', rng.randbytes(2), b'\x0c',
                                                           b'\x0e', b'\x63', struct.pack('<I', 2 ** 31)])
    return bytes(raw)

def archive(entries, rng):
    "A zip of (name, content) with names, links, sizes or packed bytes changed"
    entries = list(entries)
    packing = rng.choice(PACKINGS)
    change = rng.randrange(8)
    if change == 0: entries.insert(rng.randrange(len(entries) + 1), (rng.choice(NAMES), b'1,2,3\n'))
    elif change == 1: entries.append(link(rng.choice(NAMES + ['0001', 'link.csv']), rng.choice(['/etc', '../..', 'x', ''])))
    elif change == 2: entries.append((entries[0][0], b'1\n'))
    elif change == 3: entries.append((rng.choice(NAMES), bytes(rng.choice([0, 10, 10 ** 6]))))
    try: raw = zip_bytes(entries, packing)
    except (ValueError, IndexError): raw = zip_bytes([e for e in entries if e[0]][:1], packing)   # a name that no zip can have
    if change == 4: return _patch(raw, rng)
    if change == 5: return _patch(_patch(raw, rng), rng)
    if change >= 6 or rng.random() < .2: return damage(raw, rng, 4)
    return raw

# ---- pickles

def _instructions(raw):
    "Where the instructions of a pickle begin, and where the last ends; [] where it cannot be read"
    try: return [at for _, _, at in pickletools.genops(raw)] + [len(raw)]
    except ValueError: return []

def program(raw, rng, others):
    "A pickle with bytes or instructions changed; `others`: pickles to take parts from"
    ends = _instructions(raw)
    if not ends or rng.random() < .5:
        raw = bytearray(damage(raw, rng, 4))
        if rng.random() < .5:
            other = rng.choice(others)
            start = rng.randrange(len(other))
            at = rng.randrange(len(raw) + 1)
            raw[at:at + rng.choice([0, 0, 5])] = other[start:start + rng.randrange(30)]
        return bytes(raw)
    steps = [raw[a:b] for a, b in zip(ends, ends[1:])]
    for _ in range(rng.randint(1, 3)):
        k = rng.randrange(len(steps))
        change = rng.randrange(4)
        if change == 0: del steps[k]
        elif change == 1: steps.insert(k, steps[k])
        elif change == 2: steps[k] = rng.choice(steps)
        else: steps[k] = rng.choice([b'N', b'.', b'0', b'1', b'2', b'(', b'R', b'b', b'e', b's', b'u', b'\x81', b'\x93',
                                     b'h\x00', b'Q', b'I' + b'9' * 5000 + b'\n'])
        if not steps: break
    return b''.join(steps)
