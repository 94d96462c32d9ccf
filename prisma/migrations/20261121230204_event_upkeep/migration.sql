-- DropForeignKey
ALTER TABLE "Event" DROP CONSTRAINT "Event_userId_fkey";

-- An event is written while its user's counter is locked, and so is there only while the counter is.
CREATE FUNCTION "removeEventsOfCounter"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  DELETE FROM "Event" WHERE "userId" = OLD."userId";
  RETURN NULL;
END
$$;
CREATE TRIGGER "EventCounter_events" AFTER DELETE ON "EventCounter"
  FOR EACH ROW EXECUTE FUNCTION "removeEventsOfCounter"();

-- DropIndex
DROP INDEX "Job_status_finishedAt_idx";

-- CreateIndex
CREATE INDEX "Job_finishedAt_idx" ON "Job"("finishedAt");
