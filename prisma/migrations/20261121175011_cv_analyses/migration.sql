-- AlterEnum
ALTER TYPE "JobKind" ADD VALUE 'CV_ANALYSIS';

-- CreateTable
CREATE TABLE "CvAnalysis" (
    "jobId" UUID NOT NULL,
    "jobDescription" TEXT NOT NULL,
    "cv" BYTEA,
    "report" JSONB,
    "expiresAt" TIMESTAMPTZ(3),

    CONSTRAINT "CvAnalysis_pkey" PRIMARY KEY ("jobId")
);

-- CreateIndex
CREATE INDEX "CvAnalysis_expiresAt_idx" ON "CvAnalysis"("expiresAt");

-- AddForeignKey
ALTER TABLE "CvAnalysis" ADD CONSTRAINT "CvAnalysis_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;
