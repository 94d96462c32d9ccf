-- AlterTable
ALTER TABLE "DocsJob" ADD COLUMN     "health" JSONB,
ADD COLUMN     "highFindings" INTEGER,
ADD COLUMN     "knownFiles" INTEGER,
ADD COLUMN     "leftOut" JSONB,
ADD COLUMN     "lowFindings" INTEGER,
ADD COLUMN     "mediumFindings" INTEGER,
ADD COLUMN     "parsedFiles" INTEGER,
ADD COLUMN     "previousJobId" UUID;

-- CreateIndex
CREATE INDEX "DocsJob_previousJobId_idx" ON "DocsJob"("previousJobId");

-- AddForeignKey
ALTER TABLE "DocsJob" ADD CONSTRAINT "DocsJob_previousJobId_fkey" FOREIGN KEY ("previousJobId") REFERENCES "DocsJob"("jobId") ON DELETE SET NULL ON UPDATE CASCADE;
