-- CreateEnum
CREATE TYPE "AnalysisType" AS ENUM ('QUALITY', 'SECURITY', 'TYPES');

-- CreateEnum
CREATE TYPE "FindingState" AS ENUM ('ADDED', 'UNCHANGED', 'FIXED');

-- CreateEnum
CREATE TYPE "FindingSeverity" AS ENUM ('HIGH', 'MEDIUM', 'LOW');

-- AlterEnum
ALTER TYPE "JobKind" ADD VALUE 'ANALYSIS';

-- CreateTable
CREATE TABLE "Analysis" (
    "jobId" UUID NOT NULL,
    "projectName" TEXT NOT NULL,
    "types" "AnalysisType"[],
    "repositoryId" UUID,
    "ref" TEXT,
    "files" BYTEA,
    "commit" TEXT,
    "qualityScore" DOUBLE PRECISION,
    "report" JSONB,
    "previousId" UUID,

    CONSTRAINT "Analysis_pkey" PRIMARY KEY ("jobId")
);

-- CreateTable
CREATE TABLE "AnalysisFinding" (
    "id" UUID NOT NULL,
    "jobId" UUID NOT NULL,
    "type" "AnalysisType" NOT NULL,
    "severity" "FindingSeverity" NOT NULL,
    "state" "FindingState",
    "rule" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "line" INTEGER NOT NULL,
    "column" INTEGER,
    "endLine" INTEGER,
    "message" TEXT NOT NULL,
    "suggestion" TEXT,
    "cwe" TEXT,
    "fingerprint" TEXT NOT NULL,

    CONSTRAINT "AnalysisFinding_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Analysis_projectName_jobId_idx" ON "Analysis"("projectName", "jobId" DESC);

-- CreateIndex
CREATE INDEX "Analysis_repositoryId_idx" ON "Analysis"("repositoryId");

-- CreateIndex
CREATE INDEX "Analysis_previousId_idx" ON "Analysis"("previousId");

-- CreateIndex
CREATE INDEX "AnalysisFinding_jobId_id_idx" ON "AnalysisFinding"("jobId", "id");

-- AddForeignKey
ALTER TABLE "Analysis" ADD CONSTRAINT "Analysis_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Analysis" ADD CONSTRAINT "Analysis_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES "Repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Analysis" ADD CONSTRAINT "Analysis_previousId_fkey" FOREIGN KEY ("previousId") REFERENCES "Analysis"("jobId") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AnalysisFinding" ADD CONSTRAINT "AnalysisFinding_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;
