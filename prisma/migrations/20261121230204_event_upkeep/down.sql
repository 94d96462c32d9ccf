-- DropIndex
DROP INDEX "public"."Job_finishedAt_idx";

-- CreateIndex
CREATE INDEX "Job_status_finishedAt_idx" ON "public"."Job"("status" ASC, "finishedAt" ASC);

DROP TRIGGER "EventCounter_events" ON "public"."EventCounter";
DROP FUNCTION "public"."removeEventsOfCounter"();

-- AddForeignKey
ALTER TABLE "public"."Event" ADD CONSTRAINT "Event_userId_fkey" FOREIGN KEY ("userId") REFERENCES "public"."User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
