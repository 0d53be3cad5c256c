-- What an admin notes about a router, with line breaks. It is optional, so a version without the column may write beside it.
ALTER TABLE routers ADD COLUMN notes text CHECK (notes <> '');
