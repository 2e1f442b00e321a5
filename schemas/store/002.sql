-- What requestContext.identity has besides address and user agent: a JSON object with the API key, or
-- who signed the upgrade. NULL: neither was asked for.
ALTER TABLE connections ADD COLUMN identity TEXT;
