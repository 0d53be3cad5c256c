-- The logo that a company has uploaded. A new one replaces the row, so a company never has more than one.
CREATE TABLE company_logos (
    company_id text COLLATE "C" PRIMARY KEY REFERENCES companies ON DELETE CASCADE,
    -- A part of the file's name that changes with each upload, because browsers keep the file for good.
    tag        text COLLATE "C" NOT NULL CHECK (tag ~ '^[0-9a-f]{6}$'),
    kind       text NOT NULL CHECK (kind IN ('png', 'jpg', 'webp')),
    content    bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 1048576)
);
-- Images are compressed already.
ALTER TABLE company_logos ALTER COLUMN content SET STORAGE EXTERNAL;
