-- What has not arrived, by when it was sent: counted at each look of who watches.
create index delivery_undelivered on delivery (sent_at) where delivered_at is null and radio_at is null;
