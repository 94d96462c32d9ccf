-- AlterTable
ALTER TABLE "DocsJob" ADD COLUMN     "pages" JSONB;
